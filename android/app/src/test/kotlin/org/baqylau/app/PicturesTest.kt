package org.baqylau.app

import android.graphics.Bitmap
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.isRoot
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.robolectric.RuntimeEnvironment
import java.awt.RenderingHints
import java.awt.image.BufferedImage
import java.awt.image.DataBuffer
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO

/** Takes the pictures of docs/screens, with -Dbaqylau.pictures=FOLDER: each screen in three languages, by day and by night. */
class PicturesTest : Tour() {
    private val folder: String? = System.getProperty("baqylau.pictures")?.ifEmpty { null }

    @Test
    fun phone() = pictures("phone", "w360dp-h740dp-port", 270)

    @Test
    fun tablet() = pictures("tablet", "w1024dp-h768dp-land", 400)

    private fun pictures(
        device: String,
        qualifiers: String,
        width: Int,
    ) {
        assumeTrue("pictures are asked for", folder != null)
        withMission { mission ->
            tour(mission) { stop ->
                val shown = listOf("notnight", "night").flatMap { light -> LANGUAGES.map { picture("$qualifiers-$light", it) } }
                val sheet = sheet(shown.map { scaled(it, width) })
                ImageIO.write(sheet, "png", File(folder, "$device-$stop.png"))
                show("w360dp-h740dp-port-notnight", "en")
            }
        }
    }

    private fun show(
        qualifiers: String,
        language: String,
    ) {
        RuntimeEnvironment.setQualifiers("+$qualifiers")
        setLanguage(language)
        activity.recreate()
        compose.waitForIdle()
        // A model that asks the core once more.
        repeat(5) {
            Thread.sleep(20)
            compose.waitForIdle()
        }
    }

    private fun picture(
        qualifiers: String,
        language: String,
    ): Bitmap {
        show(qualifiers, language)
        return compose.onAllNodes(isRoot()).let { it[it.fetchSemanticsNodes().lastIndex] }.captureToImage().asAndroidBitmap()
    }

    private fun scaled(
        picture: Bitmap,
        width: Int,
    ): BufferedImage {
        val whole = BufferedImage(picture.width, picture.height, BufferedImage.TYPE_INT_RGB)
        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        whole.setRGB(0, 0, picture.width, picture.height, pixels, 0, picture.width)
        val small = BufferedImage(width, picture.height * width / picture.width, BufferedImage.TYPE_INT_RGB)
        draw(small, whole, 0, 0, small.width, small.height)
        return small
    }

    /** Three languages beside each other, night under day. Few colours: it stays small. */
    private fun sheet(pictures: List<BufferedImage>): BufferedImage {
        val (w, h) = pictures[0].width + GAP to pictures[0].height + GAP
        val sheet = BufferedImage(w * LANGUAGES.size, h * 2, BufferedImage.TYPE_INT_RGB)
        pictures.forEachIndexed { at, p -> draw(sheet, p, at % LANGUAGES.size * w, at / LANGUAGES.size * h, p.width, p.height) }
        return paletted(sheet)
    }

    /** The colours that are used most; each other pixel gets the nearest of them. */
    private fun paletted(sheet: BufferedImage): BufferedImage {
        val pixels = sheet.getRGB(0, 0, sheet.width, sheet.height, null, 0, sheet.width)
        val coarse = { rgb: Int -> rgb and 0xf8f8f8 }
        val used = pixels.groupBy(coarse).entries.sortedByDescending { it.value.size }.take(COLOURS).map { it.value.first() and 0xffffff }
        val model = IndexColorModel(Integer.numberOfTrailingZeros(COLOURS), used.size, used.toIntArray(), 0, false, -1, DataBuffer.TYPE_BYTE)
        val small = BufferedImage(sheet.width, sheet.height, BufferedImage.TYPE_BYTE_BINARY, model)
        val nearest = HashMap<Int, Int>()
        pixels.forEachIndexed { at, rgb ->
            val index = nearest.getOrPut(rgb) { used.indices.minBy { apart(used[it], rgb) } }
            small.raster.setSample(at % sheet.width, at / sheet.width, 0, index)
        }
        return small
    }

    private fun apart(
        a: Int,
        b: Int,
    ) = listOf(0, 8, 16).sumOf { bits -> ((a shr bits and 255) - (b shr bits and 255)).let { it * it } }

    private fun draw(
        to: BufferedImage,
        what: BufferedImage,
        x: Int,
        y: Int,
        width: Int,
        height: Int,
    ) {
        val pen = to.createGraphics()
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC)
        pen.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY)
        pen.drawImage(what, x, y, width, height, null)
        pen.dispose()
    }

    private companion object {
        const val GAP = 6
        const val COLOURS = 16
    }
}
