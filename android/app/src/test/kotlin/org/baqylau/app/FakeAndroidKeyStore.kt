package org.baqylau.app

import android.security.keystore.KeyGenParameterSpec
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGenerator
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey

/** Android's key store in memory: it proves how the app uses it, not what hardware does. */
class FakeAndroidKeyStore private constructor() : Provider(NAME, "1.0", "in memory") {
    init {
        put("KeyStore.$NAME", Store::class.java.name)
        put("KeyGenerator.HmacSHA256", Generator::class.java.name)
    }

    class Generator : KeyGeneratorSpi() {
        private lateinit var spec: KeyGenParameterSpec

        override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException()

        override fun engineInit(
            size: Int,
            random: SecureRandom?,
        ) = throw UnsupportedOperationException()

        override fun engineInit(
            parameters: AlgorithmParameterSpec,
            random: SecureRandom?,
        ) {
            spec = parameters as KeyGenParameterSpec
        }

        override fun engineGenerateKey(): SecretKey {
            val provider = Security.getProviders("KeyGenerator.HmacSHA256").first { it.name != NAME }
            val key = KeyGenerator.getInstance("HmacSHA256", provider).generateKey()
            keys[spec.keystoreAlias] = key
            specs[spec.keystoreAlias] = spec
            return key
        }
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(
            alias: String,
            password: CharArray?,
        ): Key? = keys[alias]

        override fun engineContainsAlias(alias: String) = alias in keys

        override fun engineDeleteEntry(alias: String) {
            keys.remove(alias)
        }

        override fun engineAliases(): Enumeration<String> = Collections.enumeration(keys.keys)

        override fun engineSize() = keys.size

        override fun engineIsKeyEntry(alias: String) = alias in keys

        override fun engineLoad(
            stream: InputStream?,
            password: CharArray?,
        ) = Unit

        override fun engineStore(
            stream: OutputStream?,
            password: CharArray?,
        ) = Unit

        override fun engineGetCertificate(alias: String): Certificate? = null

        override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null

        override fun engineGetCreationDate(alias: String): Date? = null

        override fun engineGetCertificateAlias(certificate: Certificate): String? = null

        override fun engineIsCertificateEntry(alias: String) = false

        override fun engineSetKeyEntry(
            alias: String,
            key: Key,
            password: CharArray?,
            chain: Array<out Certificate>?,
        ) = throw UnsupportedOperationException()

        override fun engineSetKeyEntry(
            alias: String,
            key: ByteArray,
            chain: Array<out Certificate>?,
        ) = throw UnsupportedOperationException()

        override fun engineSetCertificateEntry(
            alias: String,
            certificate: Certificate,
        ) = throw UnsupportedOperationException()
    }

    companion object {
        private const val NAME = "AndroidKeyStore"
        private val keys = mutableMapOf<String, Key>()
        val specs = mutableMapOf<String, KeyGenParameterSpec>()

        fun install() {
            Security.removeProvider(NAME)
            keys.clear()
            specs.clear()
            Security.addProvider(FakeAndroidKeyStore())
        }
    }
}
