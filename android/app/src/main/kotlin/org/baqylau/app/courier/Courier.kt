package org.baqylau.app.courier

import android.graphics.Bitmap
import androidx.compose.foundation.Image
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.FilterQuality
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import com.google.zxing.BarcodeFormat
import com.google.zxing.EncodeHintType
import com.google.zxing.qrcode.QRCodeWriter
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import org.baqylau.ByteSource
import org.baqylau.CourierReport
import org.baqylau.CourierScanner
import org.baqylau.app.R
import org.baqylau.app.core.Core
import org.baqylau.app.core.Session
import org.baqylau.app.core.Words
import org.baqylau.app.core.rejected
import org.baqylau.app.nav.ScreenModel
import org.baqylau.app.phone.Camera
import org.baqylau.app.phone.Files
import org.baqylau.app.phone.Permission
import org.baqylau.app.phone.Permissions
import org.baqylau.app.ui.Heading
import org.baqylau.app.ui.Paragraph
import org.baqylau.app.ui.Screen
import org.baqylau.app.ui.Secondary

data class CourierState(
    /** Frames that are being shown. */
    val frames: List<String> = emptyList(),
    val scanning: Boolean = false,
    val percent: Int = 0,
    val brought: CourierReport? = null,
    val saved: Boolean = false,
)

/** Reports by hand, where no network is. All of it is sealed: whoever carries it can read nothing. */
class CourierModel(
    private val core: Core,
    private val session: Session,
    private val files: Files,
    private val permissions: Permissions,
) : ScreenModel<CourierState>(CourierState()) {
    private var scanner: CourierScanner? = null

    fun save() =
        act {
            val bytes = core { exportCourier() }
            update { copy(saved = false) }
            val saved = files.save(NAME, bytes)
            update { copy(saved = saved) }
        }

    fun share() = act { files.share(NAME, core { exportCourier() }) }

    fun show() =
        act {
            val frames = core { courierCodes() }
            update { copy(frames = frames) }
        }

    fun hide() = update { copy(frames = emptyList(), scanning = false) }

    fun import() =
        act {
            val picked = files.pick("*/*") ?: return@act
            take(withContext(Dispatchers.IO) { whole(picked.source) })
        }

    fun scan() =
        act {
            if (!permissions.ask(Permission.CAMERA)) return@act fail(Words(R.string.error_camera))
            scanner = withContext(Dispatchers.IO) { CourierScanner() }
            update { copy(scanning = true, percent = 0) }
        }

    fun cameraFailed() {
        hide()
        fail(Words(R.string.error_camera))
    }

    /** A frame that the camera read, in whatever order. */
    fun frame(text: String) =
        act {
            val scanner = scanner ?: return@act
            val (file, percent) = withContext(Dispatchers.IO) { scanner.take(text) to scanner.percent().toInt() }
            update { copy(percent = percent) }
            if (file != null) {
                this@CourierModel.scanner = null
                hide()
                take(file)
            }
        }

    private suspend fun take(file: ByteArray) {
        val brought = core { importCourier(file) }
        update { copy(brought = brought) }
        session.look()
    }

    private fun whole(source: ByteSource): ByteArray {
        val out = java.io.ByteArrayOutputStream()
        while (true) {
            val some = source.read(PIECE)
            if (some.isEmpty()) return out.toByteArray()
            out.write(some)
        }
    }

    private companion object {
        const val NAME = "reports.baqylau"
        const val PIECE = 65_536u
    }
}

@Composable
fun CourierScreen(
    model: CourierModel,
    camera: Camera,
    onBack: () -> Unit,
) {
    val state by model.state.collectAsState()
    val inside = state.frames.isNotEmpty() || state.scanning
    Screen(stringResource(R.string.courier_title), if (inside) model::hide else onBack, model) {
        when {
            state.scanning -> {
                Paragraph(stringResource(R.string.courier_percent, state.percent), "percent")
                camera.Scan({ model.frame(it) }, model::cameraFailed)
            }

            state.frames.isNotEmpty() -> Frames(state.frames)
            else -> Ways(state, model)
        }
    }
}

@Composable
private fun Ways(
    state: CourierState,
    model: CourierModel,
) = Column(Modifier.verticalScroll(rememberScrollState()).padding(horizontal = 16.dp)) {
    Paragraph(stringResource(R.string.courier_about))
    Heading(stringResource(R.string.courier_give))
    Secondary(stringResource(R.string.courier_save), "save") { model.save() }
    Secondary(stringResource(R.string.courier_share), "share") { model.share() }
    Secondary(stringResource(R.string.courier_show), "show") { model.show() }
    if (state.saved) Paragraph("✓ " + stringResource(R.string.courier_saved), "saved")
    Heading(stringResource(R.string.courier_take))
    Secondary(stringResource(R.string.courier_import), "import") { model.import() }
    Secondary(stringResource(R.string.courier_scan), "scan") { model.scan() }
    state.brought?.let {
        val words =
            stringResource(R.string.courier_brought, it.carried.toInt(), it.delivered.toInt(), it.refused.toInt()) +
                if (it.bundle) "\n" + stringResource(R.string.courier_bundle) else ""
        Paragraph(words, "brought")
        it.bundleRefused?.let { why ->
            Paragraph("⚠ " + stringResource(R.string.home_bundle_refused) + " " + stringResource(rejected(why)), "bundle refused")
        }
    }
}

/** One frame after the other, again and again. */
@Composable
private fun Frames(frames: List<String>) {
    val at = remember { androidx.compose.runtime.mutableIntStateOf(0) }
    LaunchedEffect(frames) {
        while (true) {
            delay(FRAME_MS)
            at.intValue = (at.intValue + 1) % frames.size
        }
    }
    val label = stringResource(R.string.courier_frame, at.intValue + 1, frames.size)
    Paragraph(label, "frame")
    val picture = remember(at.intValue) { qr(frames[at.intValue]).asImageBitmap() }
    Image(picture, label, Modifier.fillMaxWidth().aspectRatio(1f).padding(16.dp).testTag("qr"), filterQuality = FilterQuality.None)
}

private const val FRAME_MS = 250L

/** A QR code, a pixel a module. */
fun qr(text: String): Bitmap {
    val matrix = QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, 0, 0, mapOf(EncodeHintType.MARGIN to 2))
    val pixels =
        IntArray(matrix.width * matrix.height) { at ->
            if (matrix[at % matrix.width, at / matrix.width]) android.graphics.Color.BLACK else android.graphics.Color.WHITE
        }
    return Bitmap.createBitmap(pixels, matrix.width, matrix.height, Bitmap.Config.ARGB_8888)
}
