package org.baqylau.app.phone

import android.content.Context
import android.content.Intent
import androidx.core.content.FileProvider
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.baqylau.ByteSource
import org.baqylau.ForeignException
import java.io.File
import java.io.IOException
import java.io.InputStream

/** Files of the system's own screens. What is picked is read as a stream and never copied. */
class DeviceFiles(
    private val context: Context,
    private val screens: Screens,
) : Files {
    override suspend fun pick(type: String): Picked? {
        val uri = screens.open(type) ?: return null
        val media = context.contentResolver.getType(uri) ?: "application/octet-stream"
        val stream = withContext(Dispatchers.IO) { context.contentResolver.openInputStream(uri) } ?: return null
        return Picked(media, StreamSource(stream))
    }

    override suspend fun save(
        name: String,
        bytes: ByteArray,
    ): Boolean {
        val uri = screens.create(name) ?: return false
        return withContext(Dispatchers.IO) {
            context.contentResolver.openOutputStream(uri)?.use { it.write(bytes) } != null
        }
    }

    override suspend fun share(
        name: String,
        bytes: ByteArray,
    ) {
        val file =
            withContext(Dispatchers.IO) {
                handed(context).mkdirs()
                handed(context).resolve(name).apply { writeBytes(bytes) }
            }
        val uri = FileProvider.getUriForFile(context, "${context.packageName}.files", file)
        val send = Intent(Intent.ACTION_SEND).setType("application/octet-stream").putExtra(Intent.EXTRA_STREAM, uri)
        screens.current()?.startActivity(Intent.createChooser(send.addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION), null))
    }
}

/** Where files lie that other apps are handed: sealed, and removed when the app starts. */
fun handed(context: Context): File = File(context.cacheDir, "courier")

/** A stream, read as the core asks for it. */
class StreamSource(
    private val stream: InputStream,
) : ByteSource {
    override fun read(atMost: UInt): ByteArray =
        try {
            val buffer = ByteArray(atMost.toInt().coerceAtMost(LARGEST))
            val read = stream.read(buffer)
            if (read <= 0) {
                stream.close()
                ByteArray(0)
            } else {
                buffer.copyOf(read)
            }
        } catch (e: IOException) {
            throw ForeignException.Failed(e.toString())
        }

    private companion object {
        const val LARGEST = 65_536
    }
}
