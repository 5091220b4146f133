package org.baqylau.app

import android.Manifest
import android.app.Application
import android.app.NotificationManager
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationManager
import android.view.View
import android.view.WindowManager
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import androidx.test.core.app.ActivityScenario
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.baqylau.ForeignException
import org.baqylau.Policy
import org.baqylau.app.courier.qr
import org.baqylau.app.phone.DeviceDelivery
import org.baqylau.app.phone.DeviceLocator
import org.baqylau.app.ui.unlearned
import android.view.inputmethod.BaseInputConnection
import android.view.inputmethod.EditorInfo
import androidx.compose.ui.platform.PlatformTextInputMethodRequest
import org.baqylau.app.phone.DeviceNotices
import org.baqylau.app.phone.KeystoreVault
import org.baqylau.app.phone.StoredSettings
import org.baqylau.app.phone.positionOf
import org.baqylau.app.phone.qrText
import org.baqylau.app.phone.wav
import org.baqylau.app.ui.Contrast
import org.baqylau.app.ui.colours
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.time.Duration

/** What only Android has, as far as it can be had without a phone. */
@RunWith(RobolectricTestRunner::class)
class PhoneTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()

    @Test
    fun `keys stay in the key store, and bind`() {
        FakeAndroidKeyStore.install()
        val vault = KeystoreVault(app)
        assertThrows(ForeignException.Failed::class.java) { vault.bind("main", byteArrayOf(1)) }
        vault.create("main", Policy.APP)
        vault.create("face", Policy.BIOMETRIC)
        val bound = vault.bind("main", byteArrayOf(1))
        assertEquals(32, bound.size)
        vault.create("main", Policy.APP)
        assertArrayEquals("an existing key is kept", bound, vault.bind("main", byteArrayOf(1)))
        assertFalse(bound.contentEquals(vault.bind("face", byteArrayOf(1))))
        assertTrue(FakeAndroidKeyStore.specs.getValue("face").isUserAuthenticationRequired)
        assertFalse(FakeAndroidKeyStore.specs.getValue("main").isUserAuthenticationRequired)
        vault.destroy("main")
        vault.destroy("main")
        assertThrows(ForeignException.Failed::class.java) { vault.bind("main", byteArrayOf(1)) }
    }

    @Test
    fun `delivery waits for a network and survives a restart`() {
        DeviceDelivery(app).plan()
        DeviceDelivery(app).plan()
        val jobs = requireNotNull(app.getSystemService(JobScheduler::class.java)).allPendingJobs
        assertEquals("one for what waits, one that looks for letters", listOf(false, true), jobs.map { it.isPeriodic }.sorted())
        for (job in jobs) {
            @Suppress("DEPRECATION")
            assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
            assertTrue(job.isPersisted)
            assertEquals("org.baqylau.app.phone.DeliveryJob", job.service.className)
        }
    }

    @Test
    fun `one position, when it is asked for`() {
        val manager = requireNotNull(app.getSystemService(LocationManager::class.java))
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION)
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        val here = Location(LocationManager.GPS_PROVIDER).apply {
            latitude = 51.16
            longitude = 71.47
            accuracy = 12.5f
        }
        runBlocking {
            val asked = async(Dispatchers.Default) { DeviceLocator(app).position() }
            while (!asked.isCompleted) {
                shadowOf(manager).simulateLocation(here)
                shadowOf(app.mainLooper).idleFor(Duration.ofMillis(100))
                Thread.sleep(10)
            }
            val position = requireNotNull(asked.await())
            assertEquals(511_600_000, position.latitude)
            assertEquals(714_700_000, position.longitude)
            assertEquals(1_250u, position.accuracy)
            assertFalse(position.mock)
        }
        here.isMock = true
        assertTrue(positionOf(here).mock)
        assertTrue("nobody listens afterwards", shadowOf(manager).getLegacyLocationRequests(LocationManager.GPS_PROVIDER).isEmpty())
    }

    @Test
    fun `keyboards are asked to learn nothing`() {
        val about = EditorInfo()
        val field = PlatformTextInputMethodRequest { BaseInputConnection(View(app), true) }
        unlearned(field).createInputConnection(about)
        assertEquals(EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING, about.imeOptions and EditorInfo.IME_FLAG_NO_PERSONALIZED_LEARNING)
    }

    @Test
    fun `a notification says nothing`() {
        DeviceNotices(app).lettersCame()
        val shown = shadowOf(app.getSystemService(NotificationManager::class.java)).allNotifications.single()
        assertEquals(android.app.Notification.VISIBILITY_SECRET, shown.visibility)
        assertEquals(app.getString(R.string.notices_text), shown.extras.getString("android.title"))
        assertNull(shown.extras.getString("android.text"))
    }

    @Test
    fun `codes, sound and settings come back as they were`() {
        val picture = qr("BAQYLAU 1/2 ABC")
        val scale = 6
        val side = picture.width * scale
        val brightness = ByteArray(side * side) { at ->
            if (picture.getPixel(at % side / scale, at / side / scale) == android.graphics.Color.BLACK) 0 else -1
        }
        assertEquals("BAQYLAU 1/2 ABC", qrText(brightness, side, side, side))
        assertNull(qrText(ByteArray(side * side), side, side, side))
        val source = wav(listOf(byteArrayOf(1, 2), byteArrayOf(3, 4)), 16_000)
        val sound = generateSequence { source.read(1_000u).takeIf { it.isNotEmpty() } }.fold(ByteArray(0), ByteArray::plus)
        assertEquals(48, sound.size)
        assertEquals("RIFF", String(sound, 0, 4))
        assertArrayEquals(byteArrayOf(1, 2, 3, 4), sound.copyOfRange(44, 48))
        StoredSettings(app).apply {
            language = "kk"
            lockAfterMs = 0
            notices = true
        }
        val again = StoredSettings(app)
        assertEquals(listOf("kk", 0L, true, false), listOf(again.language, again.lockAfterMs, again.notices, again.sun))
    }

    @Test
    fun `what the system is told to keep out`() {
        val about = app.packageManager.getPackageInfo(app.packageName, PackageManager.GET_PERMISSIONS)
        val asked = about.requestedPermissions.orEmpty().map { it.substringAfterLast('.') }.filterNot { it.startsWith("DYNAMIC_") }.toSet()
        val explained =
            setOf(
                "INTERNET", "ACCESS_NETWORK_STATE", "CAMERA", "RECORD_AUDIO", "ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION",
                "USE_BIOMETRIC", "POST_NOTIFICATIONS", "RECEIVE_BOOT_COMPLETED",
            )
        assertEquals(explained, asked)
        val flags = requireNotNull(about.applicationInfo).flags
        assertEquals("no backup", 0, flags and android.content.pm.ApplicationInfo.FLAG_ALLOW_BACKUP)
        assertEquals("no cleartext", 0, flags and android.content.pm.ApplicationInfo.FLAG_USES_CLEARTEXT_TRAFFIC)
        ActivityScenario.launch(MainActivity::class.java).use { scenario ->
            scenario.onActivity { activity ->
                val filling = activity.window.decorView.importantForAutofill
                assertEquals("no autofill", View.IMPORTANT_FOR_AUTOFILL_NO_EXCLUDE_DESCENDANTS, filling)
                assertNotEquals("no screenshots", 0, activity.window.attributes.flags and WindowManager.LayoutParams.FLAG_SECURE)
            }
        }
    }

    @Test
    fun `text stands out from what is behind it`() {
        for (scheme in listOf(colours(Contrast.SYSTEM, false), colours(Contrast.SYSTEM, true), colours(Contrast.SUN, false))) {
            val pairs =
                listOf(
                    scheme.onPrimary to scheme.primary,
                    scheme.onPrimaryContainer to scheme.primaryContainer,
                    scheme.onSecondaryContainer to scheme.secondaryContainer,
                    scheme.onTertiaryContainer to scheme.tertiaryContainer,
                    scheme.onErrorContainer to scheme.errorContainer,
                    scheme.onError to scheme.error,
                    scheme.onBackground to scheme.background,
                    scheme.onSurfaceVariant to scheme.background,
                    scheme.primary to scheme.background,
                    scheme.tertiary to scheme.background,
                )
            for ((text, behind) in pairs) assertTrue("$text on $behind: ${contrast(text, behind)}", contrast(text, behind) >= 4.5)
        }
    }

    /** WCAG 2.2, 1.4.3. */
    private fun contrast(
        a: Color,
        b: Color,
    ): Double {
        val (bright, dark) = listOf(a.luminance(), b.luminance()).sortedDescending()
        return (bright + 0.05) / (dark + 0.05)
    }
}
