package org.baqylau.app

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File
import java.util.Properties
import java.util.zip.ZipFile

/** Gradle, which ships the app, and Maven, which tests it, must mean the same libraries, and what these demand. */
class VersionsTest {
    private val android = File(System.getProperty("baqylau.app")).parentFile
    private val androidx = File(System.getProperty("baqylau.androidx"))
    private val catalogue = File(android, "gradle/libs.versions.toml").readText()
    private val versions = Regex("(?m)^([A-Za-z0-9]+) = \"([0-9.]+)\"$").findAll(catalogue).associate { it.groupValues[1] to it.groupValues[2] }

    @Test
    fun `the catalogue of Gradle and the POMs agree`() {
        val poms = listOf("pom.xml", "androidx/pom.xml", "app/pom.xml").joinToString("\n") { File(android, it).readText() }
        val property = { name: String -> Regex("<$name.version>([^<]+)<").find(poms)?.groupValues?.get(1) }
        for (name in listOf("agp", "kotlin", "coroutines", "jna", "zxing")) assertEquals(name, versions[name], property(name))
        val library = Regex("module = \"([^:]+):([^\"]+)\", version.ref = \"([^\"]+)\"")
        for ((_, group, artifact, ref) in library.findAll(catalogue).map { it.groupValues }) {
            // The preview's renderer is Android Studio's.
            if (!group.startsWith("androidx.") || artifact == "ui-tooling") continue
            val pom = Regex("<groupId>$group</groupId><artifactId>$artifact(-android)?</artifactId><version>([^<]+)<").find(poms)
            assertEquals("$group:$artifact", versions[ref], pom?.groupValues?.get(2))
        }
    }

    @Test
    fun `no archive demands more of AGP and the SDK than the catalogue gives`() {
        val archives = androidx.resolve("aar").listFiles { file -> file.extension == "aar" }.orEmpty()
        val demands = archives.associate { it.name to demands(it) }.filterValues { it.isNotEmpty() }
        assertTrue("${demands.size} of ${archives.size} archives say what they demand", demands.size > archives.size / 2)
        for ((archive, demanded) in demands) {
            for ((key, value) in demanded) {
                val given =
                    when (key) {
                        "aarFormatVersion", "aarMetadataVersion" -> "1.0"
                        "minCompileSdk" -> versions.getValue("compileSdk")
                        "minAndroidGradlePluginVersion" -> versions.getValue("agp")
                        "minCompileMinorSdk", "minCompileSdkExtension" -> "0"
                        "coreLibraryDesugaringEnabled" -> "false"
                        else -> throw AssertionError("$archive demands $key=$value, which nobody here knows")
                    }
                assertTrue("$archive: $key=$value, and the catalogue gives $given", atLeast(given, value))
            }
        }
    }

    private fun demands(archive: File): Map<String, String> =
        ZipFile(archive).use { zip ->
            val entry = zip.getEntry("META-INF/com/android/build/gradle/aar-metadata.properties") ?: return emptyMap()
            val read = Properties().apply { zip.getInputStream(entry).use(::load) }
            read.stringPropertyNames().associateWith(read::getProperty)
        }

    /** Whether a version is another one or a later one. */
    private fun atLeast(
        version: String,
        other: String,
    ): Boolean {
        val (mine, theirs) = listOf(version, other).map { text -> text.split('.').map { it.toIntOrNull() ?: return version == other } }
        val first = (0 until maxOf(mine.size, theirs.size)).map { (mine.getOrNull(it) ?: 0) - (theirs.getOrNull(it) ?: 0) }.firstOrNull { it != 0 }
        return first == null || first > 0
    }

    @Test
    fun `versions are compared by number`() {
        assertTrue(atLeast("9.1.1", "9.1.0") && atLeast("9.10", "9.9.1") && atLeast("37", "37.0") && atLeast("false", "false"))
        assertFalse(atLeast("8.13.0", "9.1.0") || atLeast("36", "37") || atLeast("false", "true"))
    }

    @Test
    fun `the distribution of Gradle is pinned`() {
        val wrapper = Properties().apply { File(android, "gradle/wrapper/gradle-wrapper.properties").inputStream().use(::load) }
        val version = Regex("https://services.gradle.org/distributions/gradle-([0-9.]+)-bin.zip").matchEntire(wrapper.getProperty("distributionUrl"))
        // AGP 9.1 refuses an older one.
        assertTrue(atLeast(requireNotNull(version).groupValues[1], "9.3.1"))
        assertTrue(Regex("[0-9a-f]{64}").matches(wrapper.getProperty("distributionSha256Sum")))
    }

    @Test
    fun `both builds speak of one manifest`() {
        val given = File(android, "app/src/main/AndroidManifest.xml").readText()
        // AGP refuses a manifest that names the package, and takes the SDKs from its own files.
        assertFalse(given.contains("package=") || given.contains("uses-sdk"))
        val bundled = androidx.resolve("AndroidManifest.xml").readText()
        assertTrue(bundled.contains("package=\"org.baqylau.app\""))
        for (name in listOf("minSdk", "targetSdk")) {
            assertTrue(name, bundled.contains("android:${name}Version=\"${versions.getValue(name)}\""))
            assertTrue(name, File(android, "app/build.gradle.kts").readText().contains("$name = libs.versions.$name.get().toInt()"))
        }
        for (module in listOf("app", "observer")) {
            val gradle = File(android, "$module/build.gradle.kts").readText()
            assertTrue(module, gradle.contains("release(libs.versions.compileSdk.get().toInt())"))
            // AGP 9 compiles Kotlin itself, and refuses the plugin that did.
            assertFalse(module, gradle.contains("kotlin.android"))
        }
    }
}
