import Baqylau
import Foundation

/// A file, read as the core asks for it and never copied.
public final class FileSource: ByteSource, @unchecked Sendable {
    private let file: FileHandle
    private let done: @Sendable () -> Void

    /// `done` is called when nobody reads any more.
    public init(_ url: URL, done: @escaping @Sendable () -> Void) throws {
        file = try FileHandle(forReadingFrom: url)
        self.done = done
    }

    deinit {
        try? file.close()
        done()
    }

    public func read(atMost: UInt32) throws -> Data {
        do {
            return try file.read(upToCount: Int(min(atMost, 65_536))) ?? Data()
        } catch {
            throw ForeignError.Failed(reason: error.localizedDescription)
        }
    }
}
