package org.baqylau.app.phone

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.hardware.display.DisplayManager
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Display
import android.view.OrientationEventListener
import android.view.Surface
import android.view.TextureView
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import androidx.compose.ui.viewinterop.AndroidView
import com.google.zxing.BinaryBitmap
import com.google.zxing.PlanarYUVLuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.common.HybridBinarizer
import com.google.zxing.qrcode.QRCodeReader
import org.baqylau.app.R
import org.baqylau.app.ui.Primary
import java.util.concurrent.atomic.AtomicBoolean

/** Camera2, straight into memory: no picture is ever a file. */
class DeviceCamera : Camera {
    @Composable
    override fun Photograph(
        onTaken: (ByteArray) -> Unit,
        onFailed: () -> Unit,
    ) {
        val eye = eye(ImageFormat.JPEG, onFailed) { image -> onTaken(bytesOf(image.planes[0])) }
        Column {
            View(eye, Modifier.weight(1f))
            Column(Modifier.padding(12.dp)) { Primary(stringResource(R.string.photograph), "shutter") { eye.shoot() } }
        }
    }

    @Composable
    override fun Scan(
        onRead: (String) -> Unit,
        onFailed: () -> Unit,
    ) {
        val eye = eye(ImageFormat.YUV_420_888, onFailed) { image -> textOf(image)?.let(onRead) }
        View(eye, Modifier.fillMaxWidth())
    }

    @Composable
    private fun eye(
        format: Int,
        onFailed: () -> Unit,
        onImage: (Image) -> Unit,
    ): Eye {
        val context = LocalContext.current
        val (failed, seen) = rememberUpdatedState(onFailed) to rememberUpdatedState(onImage)
        val eye = remember { Eye(context, format, { failed.value() }, { seen.value(it) }) }
        DisposableEffect(eye) { onDispose { eye.close() } }
        return eye
    }

    @Composable
    private fun View(
        eye: Eye,
        modifier: Modifier,
    ) = AndroidView({ context -> TextureView(context).apply { surfaceTextureListener = eye } }, modifier)
}

/**
 * An open camera with a preview and a reader of pictures. Another app may take the camera at any moment: whatever it refuses then ends
 * the picture, and [onFailed] is told once, on the main thread.
 */
internal class Eye(
    context: Context,
    private val format: Int,
    private val onFailed: () -> Unit,
    private val onImage: (Image) -> Unit,
) : CameraDevice.StateCallback(),
    TextureView.SurfaceTextureListener {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val main = Handler(context.mainLooper)
    private val reader = ImageReader.newInstance(WIDTH, HEIGHT, format, 2)

    @Volatile private var device: CameraDevice? = null

    @Volatile private var closed = false
    private val failed = AtomicBoolean()

    @Volatile private var session: CameraCaptureSession? = null
    private var preview: Surface? = null

    /** How the phone is held, in degrees, whether the screen turns with it or not. */
    @Volatile private var held = (FULL - (context.getSystemService(DisplayManager::class.java)?.getDisplay(Display.DEFAULT_DISPLAY)?.rotation ?: 0) * QUARTER) % FULL
    private val holding =
        object : OrientationEventListener(context) {
            override fun onOrientationChanged(orientation: Int) {
                if (orientation != ORIENTATION_UNKNOWN) held = (orientation + QUARTER / 2) / QUARTER * QUARTER % FULL
            }
        }.apply { if (canDetectOrientation()) enable() }

    /** How the sensor is mounted, in degrees. */
    private var mounted = 0

    // The screen has asked for the permission.
    @SuppressLint("MissingPermission")
    override fun onSurfaceTextureAvailable(
        surface: SurfaceTexture,
        width: Int,
        height: Int,
    ) {
        surface.setDefaultBufferSize(WIDTH, HEIGHT)
        preview = Surface(surface)
        reader.setOnImageAvailableListener({ trying { it.acquireLatestImage()?.use(onImage) } }, handler)
        trying {
            val back = manager?.cameraIdList?.firstOrNull { id -> facesBack(manager.getCameraCharacteristics(id)) }
            if (manager == null || back == null) return@trying fail()
            mounted = manager.getCameraCharacteristics(back).get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0
            manager.openCamera(back, this, handler)
        }
    }

    private inline fun trying(what: () -> Unit) {
        try {
            what()
        } catch (_: CameraAccessException) {
            fail()
        } catch (
            // A camera that is gone throws states, arguments and permissions, as the maker of the phone likes.
            @Suppress("TooGenericExceptionCaught") _: RuntimeException,
        ) {
            fail()
        } catch (_: OutOfMemoryError) {
            fail()
        }
    }

    private fun fail() {
        if (!closed && failed.compareAndSet(false, true)) main.post(onFailed)
    }

    private fun facesBack(about: CameraCharacteristics) =
        about.get(CameraCharacteristics.LENS_FACING) == CameraCharacteristics.LENS_FACING_BACK

    override fun onOpened(camera: CameraDevice) {
        if (closed) return camera.close()
        device = camera
        val shown = preview ?: return
        trying { configure(camera, shown) }
    }

    @Suppress("DEPRECATION")
    private fun configure(
        camera: CameraDevice,
        shown: Surface,
    ) = camera.createCaptureSession(
        listOf(shown, reader.surface),
        object : CameraCaptureSession.StateCallback() {
            override fun onConfigured(made: CameraCaptureSession) {
                session = made
                trying {
                    val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply { addTarget(shown) }
                    if (format != ImageFormat.JPEG) request.addTarget(reader.surface)
                    made.setRepeatingRequest(request.build(), null, handler)
                }
            }

            override fun onConfigureFailed(made: CameraCaptureSession) = fail()
        },
        handler,
    )

    fun shoot() {
        val (camera, open) = (device ?: return) to (session ?: return)
        trying {
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE).apply { addTarget(reader.surface) }
            request.set(CaptureRequest.JPEG_QUALITY, QUALITY)
            // How far the picture is to be turned to stand upright.
            request.set(CaptureRequest.JPEG_ORIENTATION, (mounted + held) % FULL)
            open.capture(request.build(), null, handler)
        }
    }

    override fun onDisconnected(camera: CameraDevice) = gone(camera)

    private fun gone(camera: CameraDevice) {
        device = null
        session = null
        camera.close()
        fail()
    }

    override fun onError(
        camera: CameraDevice,
        error: Int,
    ) = gone(camera)

    override fun onSurfaceTextureSizeChanged(
        surface: SurfaceTexture,
        width: Int,
        height: Int,
    ) = Unit

    override fun onSurfaceTextureUpdated(surface: SurfaceTexture) = Unit

    override fun onSurfaceTextureDestroyed(surface: SurfaceTexture): Boolean {
        close()
        return true
    }

    fun close() {
        closed = true
        holding.disable()
        device?.close()
        device = null
        thread.quitSafely()
    }

    private companion object {
        const val WIDTH = 1920
        const val HEIGHT = 1080
        const val QUALITY: Byte = 85
        const val QUARTER = 90
        const val FULL = 360
    }
}

private fun bytesOf(plane: Image.Plane): ByteArray = ByteArray(plane.buffer.remaining()).also(plane.buffer::get)

/** The text of a QR code in a picture. */
private fun textOf(image: Image): String? {
    val plane = image.planes[0]
    return qrText(bytesOf(plane), plane.rowStride, image.width, image.height)
}

/** The text of a QR code in the brightness of a picture, row by row. */
fun qrText(
    brightness: ByteArray,
    stride: Int,
    width: Int,
    height: Int,
): String? {
    val source = PlanarYUVLuminanceSource(brightness, stride, height, 0, 0, width, height, false)
    return try {
        QRCodeReader().decode(BinaryBitmap(HybridBinarizer(source))).text
    } catch (_: ReaderException) {
        null
    }
}
