package org.baqylau.app.preview

import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import java.nio.file.Path
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import org.baqylau.ByteSource
import org.baqylau.KeyVault
import org.baqylau.Phone
import org.baqylau.Position
import org.baqylau.app.phone.AppSettings
import org.baqylau.app.phone.Camera
import org.baqylau.app.phone.Delivery
import org.baqylau.app.phone.Face
import org.baqylau.app.phone.Files
import org.baqylau.app.phone.Locator
import org.baqylau.app.phone.Microphone
import org.baqylau.app.phone.Notices
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.phone.Picked
import org.baqylau.app.phone.Recording
import org.baqylau.app.phone.Services
import org.baqylau.app.phone.wav
import org.baqylau.app.ui.Primary
import org.baqylau.bytesSource
import org.baqylau.fileVault

/** A phone in memory: what only Android has, without Android. For previews and tests. */
class MemoryServices(
    private val folder: Path,
    private val keys: Path,
) : Services {
    var here: Position? = Position(511_600_000, 714_700_000, 1_000u, false)
    var foundAfterMs = 0L
    var picture = ByteArray(0)
    var scanned = emptyList<String>()
    var picked: Picked? = null
    val saved = ArrayList<ByteArray>()
    var planned = 0
    var noticed = 0
    val network = MutableStateFlow(true)
    val refused = HashSet<Permission>()
    var faceShown = true

    override val vault: KeyVault by lazy { fileVault(keys.toString()) }

    override fun phone() = Phone("$folder/store", settings.language ?: "en", "", 300)

    override val camera =
        object : Camera {
            @Composable
            override fun Photograph(
                onTaken: (ByteArray) -> Unit,
                onFailed: () -> Unit,
            ) = Column {
                Primary("click", "shutter") { onTaken(picture) }
                Primary("broken", "camera-broken") { onFailed() }
            }

            @Composable
            override fun Scan(
                onRead: (String) -> Unit,
                onFailed: () -> Unit,
            ) = LaunchedEffect(Unit) { scanned.forEach(onRead) }
        }

    /** How many recordings run. */
    var recording = 0

    override val microphone =
        object : Microphone {
            override fun record() =
                object : Recording {
                    override suspend fun stop(): ByteSource {
                        recording--
                        return wav(listOf(ByteArray(3_200)), 16_000)
                    }
                }.also { recording++ }

            override fun drop(recording: Recording) {
                this@MemoryServices.recording--
            }
        }

    override val locator =
        object : Locator {
            override suspend fun position(): Position? {
                delay(foundAfterMs)
                return here
            }
        }

    override val permissions =
        object : Permissions {
            override fun granted(permission: Permission) = permission !in refused

            override suspend fun ask(permission: Permission) = permission !in refused
        }

    override val files =
        object : Files {
            override suspend fun pick(type: String) = picked

            override suspend fun save(
                name: String,
                bytes: ByteArray,
            ) = saved.add(bytes)

            override suspend fun share(
                name: String,
                bytes: ByteArray,
            ) {
                saved.add(bytes)
            }
        }

    override val face =
        object : Face {
            override val available = true

            override suspend fun ask(title: String) = faceShown
        }

    override val delivery =
        object : Delivery {
            override fun plan() {
                planned++
            }

            override val connected = network
        }

    override val notices =
        object : Notices {
            override fun lettersCame() {
                noticed++
            }
        }

    override var asking = false

    override val settings =
        object : AppSettings {
            override var language: String? = "en"
            override var sun = false
            override var lockAfterMs = 60_000L
            override var notices = false
        }

    fun pickBytes(
        media: String,
        bytes: ByteArray,
    ) {
        picked = Picked(media, bytesSource(bytes))
    }
}
