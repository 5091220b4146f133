package org.baqylau.app.phone

import android.Manifest
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build
import androidx.activity.ComponentActivity
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.activity.result.contract.ActivityResultContracts
import kotlinx.coroutines.CompletableDeferred

/** The system's screens that ask the observer for something, over the activity that is there. */
class Screens : Permissions {
    private var activity: ComponentActivity? = null
    private val asked = Pending(ActivityResultContracts.RequestMultiplePermissions())
    private val opened = Pending(ActivityResultContracts.OpenDocument())
    private val created = Pending(ActivityResultContracts.CreateDocument("application/octet-stream"))

    /** Whether a screen of the system is over the app because the app asked for it. */
    val asking get() = listOf(asked, opened, created).any { it.asking }

    /** What is answered to an activity that was made anew is heard by who asked the one before. */
    fun attach(activity: ComponentActivity) {
        this.activity = activity
        listOf(asked, opened, created).forEach { it.attach(activity) }
    }

    fun detach(activity: ComponentActivity) {
        if (this.activity === activity) this.activity = null
    }

    fun current(): ComponentActivity? = activity

    override fun granted(permission: Permission): Boolean {
        val names = names(permission)
        return names.isEmpty() || names.any { activity?.checkSelfPermission(it) == PackageManager.PERMISSION_GRANTED }
    }

    override suspend fun ask(permission: Permission): Boolean =
        granted(permission) || asked.ask(names(permission).toTypedArray()).orEmpty().values.any { it }

    /** Either of them will do. */
    private fun names(permission: Permission): List<String> =
        when (permission) {
            Permission.CAMERA -> listOf(Manifest.permission.CAMERA)
            Permission.MICROPHONE -> listOf(Manifest.permission.RECORD_AUDIO)
            // Android 12 asks for both at once, and the owner may give the coarse one.
            Permission.POSITION -> listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
            // Before Android 13 nobody is asked.
            Permission.NOTICES -> listOf(Manifest.permission.POST_NOTIFICATIONS).filter { Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU }
        }

    suspend fun open(type: String): Uri? = opened.ask(arrayOf(type))

    suspend fun create(name: String): Uri? = created.ask(name)
}

/** One question to the system at a time; a new one takes the place of an older. */
private class Pending<I, O>(
    private val contract: ActivityResultContract<I, O>,
) {
    private var waiting: CompletableDeferred<O>? = null
    private var launcher: ActivityResultLauncher<I>? = null

    val asking get() = waiting?.isActive == true

    fun attach(activity: ComponentActivity) {
        launcher = activity.registerForActivityResult(contract) { waiting?.complete(it) }
    }

    /** Nothing where no screen is there to ask over. */
    suspend fun ask(input: I): O? {
        val launcher = launcher ?: return null
        val answer = CompletableDeferred<O>()
        waiting?.cancel()
        waiting = answer
        launcher.launch(input)
        return answer.await()
    }
}
