import Baqylau
import Foundation

/// What only a phone has. Each has a twin in memory for tests and previews. The camera is a view: see the screens.
@MainActor
public protocol Services: AnyObject {
    var vault: any KeyVault { get }
    var microphone: any Microphone { get }
    var locator: any Locator { get }
    var permissions: any Permissions { get }
    var files: any Files { get }
    var face: any Face { get }
    var delivery: any Delivery { get }
    var notices: any Notices { get }
    var settings: any AppSettings { get }
    /// The store's place and what the system tells of the phone.
    func phone() -> Phone
}

/// Sound, kept in memory until it is attached.
@MainActor
public protocol Microphone: AnyObject {
    /// Records until `Recording.stop`.
    func record() throws -> any Recording
}

@MainActor
public protocol Recording: AnyObject {
    /// A WAV file.
    func stop() async -> Data
}

/// Where the phone is: asked only while a screen wants to know.
@MainActor
public protocol Locator: AnyObject, Sendable {
    /// Nothing when it cannot be told in half a minute.
    func position() async -> Position?
}

public enum Permission: Sendable { case camera, microphone, position, notices }

@MainActor
public protocol Permissions: AnyObject {
    /// Whether the position may be known; nobody is asked.
    var positionGranted: Bool { get }

    /// Asks, if need be. The screen has said why before.
    func ask(_ permission: Permission) async -> Bool
}

/// Files that the observer picks or makes with the system's own screens.
@MainActor
public protocol Files: AnyObject {
    /// Picks a file of a media type as `video/*`; nothing when the observer went back.
    func pick(_ type: String) async -> Picked?

    /// Saves bytes where the observer says. False when the observer went back.
    func save(name: String, bytes: Data) async -> Bool

    /// Hands bytes to another app or a phone near by.
    func share(name: String, bytes: Data)
}

/// A file that was picked: its media type and its bytes.
public struct Picked: Sendable {
    public let media: String
    public let source: any ByteSource

    public init(media: String, source: any ByteSource) {
        self.media = media
        self.source = source
    }
}

/// Face or finger.
@MainActor
public protocol Face: AnyObject {
    /// Whether the phone has either.
    var available: Bool { get }

    /// Asks for it; `reason` is shown.
    func ask(_ reason: String) async -> Bool
}

/// Delivery while nobody looks.
@MainActor
public protocol Delivery: AnyObject {
    /// As soon as there is a network.
    func plan()

    /// Whether there is a network: now, and whenever it changes.
    func connected() -> AsyncStream<Bool>
}

/// Tells the observer something while the app is not seen; never what.
@MainActor
public protocol Notices: AnyObject {
    /// The coordinators wrote.
    func lettersCame()
}

/// What the app remembers that is no secret.
@MainActor
public protocol AppSettings: AnyObject {
    var language: String? { get set }
    var sun: Bool { get set }
    /// How long the app may be out of sight before it locks.
    var lockAfterMs: Int64 { get set }
    /// Whether letters are told of while the app is not seen.
    var notices: Bool { get set }
    /// The way back, as `Route.written`: numbers and codes, no answer.
    var way: [String] { get set }
}
