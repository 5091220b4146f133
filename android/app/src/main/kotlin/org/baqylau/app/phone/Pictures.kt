package org.baqylau.app.phone

import android.graphics.Bitmap
import android.graphics.ImageDecoder
import java.io.IOException
import java.nio.ByteBuffer

/** The longer side of a picture on the screen, in pixels, is shorter than twice this. */
private const val SIDE = 1_024

/** A picture to look at, turned as it was taken, and no larger than a screen needs; nothing where it cannot be read. */
fun pictureOf(bytes: ByteArray): Bitmap? =
    try {
        ImageDecoder.decodeBitmap(ImageDecoder.createSource(ByteBuffer.wrap(bytes))) { decoder, about, _ ->
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
            decoder.setTargetSampleSize(maxOf(1, maxOf(about.size.width, about.size.height) / SIDE))
        }
    } catch (_: IOException) {
        null
    } catch (_: OutOfMemoryError) {
        null
    }
