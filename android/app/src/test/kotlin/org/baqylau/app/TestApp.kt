package org.baqylau.app

import android.os.Looper
import java.nio.file.Files.createTempDirectory
import java.nio.file.Path
import java.util.concurrent.ConcurrentLinkedQueue
import org.baqylau.app.phone.Services
import org.baqylau.app.preview.MemoryServices

/** The app on a phone in memory, with the real core. Calls into the core from the main thread are noted. */
class TestApp : BaqylauApp() {
    val twin get() = services as MemoryServices

    override fun makeServices(): Services = MemoryServices(folder, keys)

    override fun watch() {
        if (Looper.getMainLooper().isCurrentThread) onMainThread += Throwable().stackTrace[3].toString()
        fault?.let { throw it }
    }

    companion object {
        /** The phone's disk: it outlives the process. */
        var folder: Path = createTempDirectory("phone")

        /** The phone's chip: no copy of the disk holds its keys. */
        var keys: Path = createTempDirectory("keys")

        /** What the next calls of the core end with. */
        @Volatile
        var fault: Throwable? = null

        /** Calls that made a screen wait. */
        val onMainThread = ConcurrentLinkedQueue<String>()
    }
}
