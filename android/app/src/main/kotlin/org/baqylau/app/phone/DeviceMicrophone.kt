package org.baqylau.app.phone

import android.annotation.SuppressLint
import android.media.AudioFormat
import android.media.AudioRecord
import android.media.MediaRecorder
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.baqylau.ByteSource
import java.io.ByteArrayInputStream
import java.io.SequenceInputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.Collections
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread

/** Speech into memory: 16 kHz, 16 bit, one channel; half an hour at most. */
class DeviceMicrophone : Microphone {
    // The screen has asked for the permission.
    @SuppressLint("MissingPermission")
    override fun record(): Recording? {
        val size = AudioRecord.getMinBufferSize(RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT)
        if (size <= 0) return null
        val recorder =
            AudioRecord(MediaRecorder.AudioSource.MIC, RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT, size * 4)
        val begun =
            try {
                recorder.startRecording()
                recorder.recordingState == AudioRecord.RECORDSTATE_RECORDING
            } catch (_: IllegalStateException) {
                // Another app has the microphone.
                false
            }
        if (begun) return Running(recorder, size)
        recorder.release()
        return null
    }

    override fun drop(recording: Recording) = (recording as Running).end()

    private class Running(
        private val recorder: AudioRecord,
        size: Int,
    ) : Recording {
        private val running = AtomicBoolean(true)
        private val heard = ArrayList<ByteArray>()
        private val reader =
            thread {
                try {
                    listen(ByteArray(size))
                } catch (_: OutOfMemoryError) {
                    // What was heard until then is kept.
                    running.set(false)
                }
                recorder.stop()
                recorder.release()
            }

        private fun listen(buffer: ByteArray) {
            var length = 0
            while (running.get() && length < LONGEST) {
                val read = recorder.read(buffer, 0, buffer.size)
                if (read < 0) break
                heard += buffer.copyOf(read)
                length += read
            }
        }

        fun end() = running.set(false)

        override suspend fun stop(): ByteSource =
            withContext(Dispatchers.IO) {
                end()
                reader.join()
                wav(heard, RATE)
            }
    }

    private companion object {
        const val RATE = 16_000
        const val LONGEST = RATE * 2 * 60 * 30
    }
}

/** A RIFF/WAVE file of 16 bit samples of one channel, read part by part: half an hour is 58 MB, and not there twice. */
fun wav(
    samples: List<ByteArray>,
    rate: Int,
): ByteSource {
    val length = samples.sumOf { it.size }
    val head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN)
    head.put("RIFF".toByteArray()).putInt(HEAD - 8 + length).put("WAVEfmt ".toByteArray())
    head.putInt(16).putShort(1).putShort(1).putInt(rate).putInt(rate * 2).putShort(2).putShort(16)
    head.put("data".toByteArray()).putInt(length)
    val parts = (listOf(head.array()) + samples).map(::ByteArrayInputStream)
    return StreamSource(SequenceInputStream(Collections.enumeration(parts)))
}

private const val HEAD = 44
