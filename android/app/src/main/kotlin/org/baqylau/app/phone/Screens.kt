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
    private var asked: Pending<String, Boolean>? = null
    private var opened: Pending<Array<String>, Uri?>? = null
    private var created: Pending<String, Uri?>? = null

    /** Whether a screen of the system is over the app because the app asked for it. */
    val asking get() = listOf(asked, opened, created).any { it?.asking == true }

    fun attach(activity: ComponentActivity) {
        this.activity = activity
        asked = Pending(activity, ActivityResultContracts.RequestPermission())
        opened = Pending(activity, ActivityResultContracts.OpenDocument())
        created = Pending(activity, ActivityResultContracts.CreateDocument("application/octet-stream"))
    }

    fun detach(activity: ComponentActivity) {
        if (this.activity === activity) this.activity = null
    }

    fun current(): ComponentActivity? = activity

    override suspend fun ask(permission: Permission): Boolean {
        val name =
            when (permission) {
                Permission.CAMERA -> Manifest.permission.CAMERA
                Permission.MICROPHONE -> Manifest.permission.RECORD_AUDIO
                Permission.POSITION -> Manifest.permission.ACCESS_FINE_LOCATION
                // Before Android 13 nobody is asked.
                Permission.NOTICES -> if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) return true else Manifest.permission.POST_NOTIFICATIONS
            }
        val granted = activity?.checkSelfPermission(name) == PackageManager.PERMISSION_GRANTED
        return granted || asked?.ask(name) == true
    }

    suspend fun open(type: String): Uri? = opened?.ask(arrayOf(type))

    suspend fun create(name: String): Uri? = created?.ask(name)
}

/** One question to the system at a time; a new one takes the place of an older. */
private class Pending<I, O>(
    activity: ComponentActivity,
    contract: ActivityResultContract<I, O>,
) {
    private var waiting: CompletableDeferred<O>? = null
    private val launcher: ActivityResultLauncher<I> = activity.registerForActivityResult(contract) { waiting?.complete(it) }

    val asking get() = waiting?.isActive == true

    suspend fun ask(input: I): O {
        val answer = CompletableDeferred<O>()
        waiting?.cancel()
        waiting = answer
        launcher.launch(input)
        return answer.await()
    }
}
