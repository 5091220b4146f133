package org.baqylau.app.phone

import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import org.baqylau.ForeignException
import org.baqylau.KeyVault
import org.baqylau.Policy
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.KeyGenerator
import javax.crypto.Mac

/** Keys that never leave the phone's hardware: StrongBox where there is one, else the TEE. No backup holds them. */
class KeystoreVault(
    context: Context,
) : KeyVault {
    private val strong = context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
    private val store = KeyStore.getInstance(PROVIDER).apply { load(null) }

    override fun create(
        alias: String,
        policy: Policy,
    ) = said {
        if (store.containsAlias(alias)) return@said
        try {
            generate(alias, policy, strong)
        } catch (_: StrongBoxUnavailableException) {
            // It is there, and full.
            generate(alias, policy, false)
        }
    }

    override fun bind(
        alias: String,
        input: ByteArray,
    ): ByteArray =
        said {
            val key = store.getKey(alias, null) ?: throw ForeignException.Failed("there is no key $alias")
            Mac.getInstance(MAC).apply { init(key) }.doFinal(input)
        }

    override fun destroy(alias: String) = said { if (store.containsAlias(alias)) store.deleteEntry(alias) }

    private fun generate(
        alias: String,
        policy: Policy,
        strong: Boolean,
    ) {
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_SIGN).setIsStrongBoxBacked(strong)
        if (GUARDED.any { alias.startsWith(it) } && Build.VERSION.SDK_INT >= Build.VERSION_CODES.VANILLA_ICE_CREAM) {
            // Before Android 15 such a key was destroyed when the owner took the screen lock away.
            spec.setUnlockedDeviceRequired(true)
        }
        if (policy == Policy.BIOMETRIC) {
            spec.setUserAuthenticationRequired(true).setInvalidatedByBiometricEnrollment(true)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
                spec.setUserAuthenticationParameters(SECONDS, KeyProperties.AUTH_BIOMETRIC_STRONG)
            } else {
                olderPhones(spec)
            }
        }
        KeyGenerator.getInstance(MAC, PROVIDER).apply { init(spec.build()) }.generateKey()
    }

    @Suppress("DEPRECATION")
    private fun olderPhones(spec: KeyGenParameterSpec.Builder) {
        spec.setUserAuthenticationValidityDurationSeconds(SECONDS)
    }

    /** What the hardware refuses becomes an error that the core gives on. */
    private fun <T> said(call: () -> T): T =
        try {
            call()
        } catch (e: GeneralSecurityException) {
            throw ForeignException.Failed(e.toString())
        } catch (e: IllegalStateException) {
            throw ForeignException.Failed(e.toString())
        }

    private companion object {
        const val PROVIDER = "AndroidKeyStore"
        const val MAC = "HmacSHA256"

        /** The keys that only an unlocked phone needs. The outbox delivers while it is locked; a visit may be being saved. */
        val GUARDED = listOf("pin", "guess/", "face/")

        /** How long face or finger stand for the owner: long enough to open the store. */
        const val SECONDS = 10
    }
}
