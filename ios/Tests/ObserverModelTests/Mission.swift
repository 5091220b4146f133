import Testing
import Foundation

/// A mission with a running server, as another process that is asked by lines.
final class Mission {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var about: [String: Any] = [:]

    init() throws {
        let program = try #require(ProcessInfo.processInfo.environment["BAQYLAU_TEST_MISSION"])
        process.executableURL = URL(fileURLWithPath: program)
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        about = try hear()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func invite(_ number: Int) throws -> String {
        try #require((about["invites"] as? [String])?[number])
    }

    @discardableResult
    func ask(_ command: String) throws -> [String: Any] {
        try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
        return try hear()
    }

    private func hear() throws -> [String: Any] {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8), !byte.isEmpty {
            line.append(byte)
        }
        return try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
    }
}
