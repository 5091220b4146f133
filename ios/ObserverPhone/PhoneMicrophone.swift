import AVFoundation
import ObserverModel
import UIKit

/// Speech into memory: 16 kHz, 16 bits, one channel; half an hour at most.
@MainActor
final class PhoneMicrophone: Microphone {
    func record() throws -> any Recording { try PhoneRecording() }
}

@MainActor
private final class PhoneRecording: Recording {
    private let engine = AVAudioEngine()
    private let sound: Sound

    init() throws {
        try AVAudioSession.sharedInstance().setCategory(.record)
        try AVAudioSession.sharedInstance().setActive(true)
        let heard = engine.inputNode.outputFormat(forBus: 0)
        sound = try Sound(from: heard)
        // Called on a thread of the engine.
        engine.inputNode.installTap(onBus: 0, bufferSize: 4_096, format: heard) { @Sendable [sound] buffer, _ in sound.take(buffer) }
        try engine.start()
        // The screen stays on: the recording would end with it.
        UIApplication.shared.isIdleTimerDisabled = true
    }

    func stop() async -> Data {
        engine.inputNode.removeTap(onBus: 0)
        engine.stop()
        UIApplication.shared.isIdleTimerDisabled = false
        try? AVAudioSession.sharedInstance().setActive(false)
        return wav(samples: sound.heard.all, rate: rate)
    }
}

/// Makes samples of what the microphone gives.
private final class Sound: @unchecked Sendable {
    let heard = Samples(longest: Int(rate) * 2 * 60 * 30)
    private let converter: AVAudioConverter
    private let format: AVAudioFormat

    init(from: AVAudioFormat) throws {
        let made = AVAudioFormat(commonFormat: .pcmFormatInt16, sampleRate: Double(rate), channels: 1, interleaved: true)
        guard let made, let converter = AVAudioConverter(from: from, to: made) else { throw CocoaError(.featureUnsupported) }
        (self.converter, format) = (converter, made)
    }

    func take(_ buffer: AVAudioPCMBuffer) {
        let room = AVAudioFrameCount(Double(buffer.frameLength) * format.sampleRate / buffer.format.sampleRate) + 16
        guard let made = AVAudioPCMBuffer(pcmFormat: format, frameCapacity: room) else { return }
        // The block is called before `convert` returns, on this thread.
        nonisolated(unsafe) var given = false
        nonisolated(unsafe) let buffer = buffer
        converter.convert(to: made, error: nil) { _, status in
            defer { given = true }
            status.pointee = given ? .noDataNow : .haveData
            return given ? nil : buffer
        }
        if let first = made.int16ChannelData?[0] { heard.append(Data(bytes: first, count: Int(made.frameLength) * 2)) }
    }
}

private let rate: UInt32 = 16_000
