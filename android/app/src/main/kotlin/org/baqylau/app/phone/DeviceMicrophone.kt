package org.baqylau.app.phone

import android.annotation.SuppressLint
import android.media.AudioFormat
import android.media.AudioRecord
import android.media.MediaRecorder
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread

/** Speech into memory: 16 kHz, 16 bit, one channel; half an hour at most. */
class DeviceMicrophone : Microphone {
    // The screen has asked for the permission.
    @SuppressLint("MissingPermission")
    override fun record(): Recording? {
        val size = AudioRecord.getMinBufferSize(RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT)
        val recorder =
            AudioRecord(MediaRecorder.AudioSource.MIC, RATE, AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT, size * 4)
        recorder.startRecording()
        if (recorder.recordingState == AudioRecord.RECORDSTATE_RECORDING) return Running(recorder, size)
        recorder.release()
        return null
    }

    override fun drop(recording: Recording) = (recording as Running).end()

    private class Running(
        private val recorder: AudioRecord,
        size: Int,
    ) : Recording {
        private val running = AtomicBoolean(true)
        private val sound = ByteArrayOutputStream()
        private val reader =
            thread {
                val buffer = ByteArray(size)
                while (running.get() && sound.size() < LONGEST) {
                    val read = recorder.read(buffer, 0, buffer.size)
                    if (read < 0) break
                    sound.write(buffer, 0, read)
                }
                recorder.stop()
                recorder.release()
            }

        fun end() = running.set(false)

        override suspend fun stop(): ByteArray =
            withContext(Dispatchers.IO) {
                end()
                reader.join()
                wav(sound.toByteArray(), RATE)
            }
    }

    private companion object {
        const val RATE = 16_000
        const val LONGEST = RATE * 2 * 60 * 30
    }
}

/** A RIFF/WAVE file of 16 bit samples of one channel. */
fun wav(
    samples: ByteArray,
    rate: Int,
): ByteArray {
    val head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN)
    head.put("RIFF".toByteArray()).putInt(HEAD - 8 + samples.size).put("WAVEfmt ".toByteArray())
    head.putInt(16).putShort(1).putShort(1).putInt(rate).putInt(rate * 2).putShort(2).putShort(16)
    head.put("data".toByteArray()).putInt(samples.size)
    return head.array() + samples
}

private const val HEAD = 44
