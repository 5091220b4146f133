package org.baqylau.app.phone

import android.content.Context
import android.content.pm.PackageManager
import android.hardware.biometrics.BiometricPrompt
import android.os.CancellationSignal
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume

/** Face or finger through the system's prompt. */
class DeviceFace(
    private val context: Context,
    private val screens: Screens,
) : Face {
    override val available: Boolean
        get() =
            context.packageManager.hasSystemFeature(PackageManager.FEATURE_FINGERPRINT) ||
                context.packageManager.hasSystemFeature("android.hardware.biometrics.face")

    override suspend fun ask(title: String): Boolean {
        val activity = screens.current() ?: return false
        return suspendCancellableCoroutine { waiting ->
            val cancel = CancellationSignal()
            waiting.invokeOnCancellation { cancel.cancel() }
            val done = { shown: Boolean -> if (waiting.isActive) waiting.resume(shown) }
            val prompt =
                BiometricPrompt
                    .Builder(activity)
                    .setTitle(title)
                    .setNegativeButton(activity.getString(android.R.string.cancel), activity.mainExecutor) { _, _ -> done(false) }
                    .build()
            val heard =
                object : BiometricPrompt.AuthenticationCallback() {
                    override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) = done(true)

                    override fun onAuthenticationError(
                        code: Int,
                        words: CharSequence?,
                    ) = done(false)
                }
            prompt.authenticate(cancel, activity.mainExecutor, heard)
        }
    }
}
