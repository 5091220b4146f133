import Foundation

/// A WAV file of samples: one channel, 16 bits each, little-endian; `rate` in samples a second.
public func wav(samples: Data, rate: UInt32) -> Data {
    func bytes<Number: FixedWidthInteger>(_ number: Number) -> Data {
        withUnsafeBytes(of: number.littleEndian) { Data($0) }
    }
    var file = Data("RIFF".utf8) + bytes(UInt32(36 + samples.count)) + Data("WAVEfmt ".utf8)
    file += bytes(UInt32(16)) + bytes(UInt16(1)) + bytes(UInt16(1)) + bytes(rate) + bytes(rate * 2)
    file += bytes(UInt16(2)) + bytes(UInt16(16)) + Data("data".utf8) + bytes(UInt32(samples.count))
    return file + samples
}

/// Samples that come on another thread, up to a length in bytes.
public final class Samples: @unchecked Sendable {
    private let lock = NSLock()
    private let longest: Int
    private var heard = Data()

    public init(longest: Int) { self.longest = longest }

    public var all: Data { lock.withLock { heard } }

    public func append(_ more: Data) { lock.withLock { heard.append(more.prefix(longest - heard.count)) } }
}
