package org.baqylau.app

import android.app.Application
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.os.Looper
import org.baqylau.app.phone.Eye
import org.baqylau.app.phone.pictureOf
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowCameraCharacteristics
import org.robolectric.shadows.ShadowLooper
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import javax.imageio.ImageIO

/** The camera, and the pictures that it took. */
@RunWith(RobolectricTestRunner::class)
class CameraTest {
    private val app: Application get() = RuntimeEnvironment.getApplication()

    @Test
    fun `a camera that another app takes ends the picture, not the app`() {
        val manager = requireNotNull(app.getSystemService(CameraManager::class.java))
        val about = ShadowCameraCharacteristics.newCameraCharacteristics()
        Shadow.extract<ShadowCameraCharacteristics>(about).set(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK)
        shadowOf(manager).addCamera("0", about)
        var failures = 0
        val eye = Eye(app, ImageFormat.JPEG, { failures++ }, {})
        eye.onSurfaceTextureAvailable(SurfaceTexture(0), 640, 480)
        settle()
        assertEquals(0, failures)
        // It is taken before the app is told: what is under way throws.
        opened(eye).close()
        eye.shoot()
        shadowOf(Looper.getMainLooper()).idle()
        assertEquals("the observer is told", 1, failures)
        shadowOf(manager).triggerDisconnect()
        settle()
        eye.shoot()
        assertEquals("and told once", 1, failures)
        eye.close()
    }

    /** Until the camera's own thread and the main one have nothing to do. */
    private fun settle() {
        ShadowLooper.getAllLoopers().filter { it.thread.name == "camera" && it.thread.isAlive }.forEach { shadowOf(it).idle() }
        shadowOf(Looper.getMainLooper()).idle()
    }

    /** The camera that an eye holds. */
    private fun opened(eye: Eye) =
        Eye::class.java.getDeclaredField("device").run {
            isAccessible = true
            requireNotNull(get(eye) as CameraDevice?) { "no camera was opened" }
        }

    @Test
    fun `a picture stands as it was taken, and is no larger than a screen needs`() {
        val upright = requireNotNull(pictureOf(jpeg(64, 48)))
        assertEquals(64 to 48, upright.width to upright.height)
        val turned = requireNotNull(pictureOf(turned(jpeg(64, 48))))
        assertEquals("turned by a quarter", 48 to 64, turned.width to turned.height)
        val large = requireNotNull(pictureOf(turned(jpeg(4_000, 3_000))))
        assertTrue("${large.width} x ${large.height}", large.height in 1_000..2_048 && large.width in 750..1_536)
        assertNull(pictureOf(ByteArray(100)))
    }

    private fun jpeg(
        width: Int,
        height: Int,
    ): ByteArray {
        val out = ByteArrayOutputStream()
        ImageIO.write(BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "jpg", out)
        return out.toByteArray()
    }

    /** The same with an EXIF orientation of 6: the camera was held upright. */
    private fun turned(jpeg: ByteArray): ByteArray {
        val exif =
            "Exif".toByteArray() + byteArrayOf(0, 0) + "MM".toByteArray() +
                byteArrayOf(0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0)
        val segment = byteArrayOf(0xff.toByte(), 0xe1.toByte(), 0, (exif.size + 2).toByte()) + exif
        return jpeg.copyOfRange(0, 2) + segment + jpeg.copyOfRange(2, jpeg.size)
    }
}
