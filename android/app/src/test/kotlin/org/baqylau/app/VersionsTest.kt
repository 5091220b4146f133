package org.baqylau.app

import org.junit.Assert.assertEquals
import org.junit.Test
import java.io.File

/** Gradle, which ships the app, and Maven, which tests it, must mean the same libraries. */
class VersionsTest {
    private val android = File(System.getProperty("baqylau.app")).parentFile

    @Test
    fun `the catalogue of Gradle and the POMs agree`() {
        val catalogue = File(android, "gradle/libs.versions.toml").readText()
        val version = Regex("(?m)^([a-z0-9]+) = \"([0-9.]+)\"$").findAll(catalogue).associate { it.groupValues[1] to it.groupValues[2] }
        val poms = listOf("pom.xml", "androidx/pom.xml", "app/pom.xml").joinToString("\n") { File(android, it).readText() }
        val property = { name: String -> Regex("<$name.version>([^<]+)<").find(poms)?.groupValues?.get(1) }
        for (name in listOf("kotlin", "coroutines", "jna", "zxing")) assertEquals(name, version[name], property(name))
        val library = Regex("module = \"([^:]+):([^\"]+)\", version.ref = \"([^\"]+)\"")
        for ((_, group, artifact, ref) in library.findAll(catalogue).map { it.groupValues }) {
            // The preview's renderer is Android Studio's.
            if (!group.startsWith("androidx.") || artifact == "ui-tooling") continue
            val pom = Regex("<groupId>$group</groupId><artifactId>$artifact(-android)?</artifactId><version>([^<]+)<").find(poms)
            assertEquals("$group:$artifact", version[ref], pom?.groupValues?.get(2))
        }
    }

    @Test
    fun `both builds speak of one manifest`() {
        val gradle = File(android, "app/build.gradle.kts").readText()
        val manifest = File(android, "app/src/main/AndroidManifest.xml").readText()
        val bundle = File(android, "androidx/bundle.sh").readText()
        val least = Regex("minSdk = (\\d+)").find(gradle)?.groupValues?.get(1)
        val aimed = Regex("targetSdk = (\\d+)").find(gradle)?.groupValues?.get(1)
        assertEquals(Regex("minSdkVersion=\"(\\d+)").find(manifest)?.groupValues?.get(1), least)
        assertEquals(Regex("targetSdkVersion=\"(\\d+)").find(manifest)?.groupValues?.get(1), aimed)
        assertEquals(Regex("--min-sdk-version (\\d+)").find(bundle)?.groupValues?.get(1), least)
        assertEquals(Regex("--target-sdk-version (\\d+)").find(bundle)?.groupValues?.get(1), aimed)
    }
}
