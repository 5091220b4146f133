import Baqylau
import Foundation
import ObserverModel

/// A phone in memory: what only iOS has, without iOS. For previews and tests.
@MainActor
public final class MemoryServices: Services {
    private let folder: URL
    public let vault: any KeyVault
    public var here: Position? = Position(latitude: 511_600_000, longitude: 714_700_000, accuracy: 1_000, mock: false)
    public var foundAfter = Duration.zero
    public var recording = 0
    public var picked: Picked?
    public var saved: [Data] = []
    public var planned = 0
    public var noticed = 0
    public var refused: Set<Permission> = []
    public var faceShown = true
    public let network = Network()

    public var language: String? = "en"
    public var sun = false
    public var lockAfterMs: Int64 = 60_000
    public var wantsNotices = false
    public var way: [String] = []

    /// `folder`: the phone's disk; `keys`: its chip, which no copy of the disk holds.
    public init(folder: URL, keys: URL) throws {
        self.folder = folder
        vault = try fileVault(folder: keys.path)
    }

    public func phone() -> Phone {
        Phone(folder: folder.appendingPathComponent("store").path, language: language ?? "en", boot: "", offsetMinutes: 300)
    }

    public var microphone: any Microphone { Twin(self) }
    public var locator: any Locator { Twin(self) }
    public var permissions: any Permissions { Twin(self) }
    public var files: any Files { Twin(self) }
    public var face: any Face { Twin(self) }
    public var delivery: any Delivery { Twin(self) }
    public var notices: any Notices { Twin(self) }
    public var settings: any AppSettings { Twin(self) }
}

/// Whether there is a network, for whoever listens.
@MainActor
public final class Network {
    private var listening: [AsyncStream<Bool>.Continuation] = []
    public var there = true {
        didSet { listening.forEach { $0.yield(there) } }
    }

    func stream() -> AsyncStream<Bool> {
        let (stream, continuation) = AsyncStream.makeStream(of: Bool.self)
        continuation.yield(there)
        listening.append(continuation)
        return stream
    }
}

/// Each service, by what the phone in memory was told.
private final class Twin: Microphone, Locator, Permissions, Files, Face, Delivery, Notices, AppSettings {
    private let phone: MemoryServices

    init(_ phone: MemoryServices) {
        self.phone = phone
    }

    func record() -> any Recording { Silence(phone) }
    func position() async -> Position? {
        try? await Task.sleep(for: phone.foundAfter)
        return phone.here
    }
    var positionGranted: Bool { !phone.refused.contains(.position) }
    func ask(_ permission: Permission) async -> Bool { !phone.refused.contains(permission) }
    func pick(_ type: String) async -> Picked? { phone.picked }

    func save(name: String, bytes: Data) async -> Bool {
        phone.saved.append(bytes)
        return true
    }

    func share(name: String, bytes: Data) { phone.saved.append(bytes) }
    var available: Bool { true }
    func ask(_ reason: String) async -> Bool { phone.faceShown }
    func plan() { phone.planned += 1 }
    func connected() -> AsyncStream<Bool> { phone.network.stream() }
    func lettersCame() { phone.noticed += 1 }

    var language: String? {
        get { phone.language }
        set { phone.language = newValue }
    }
    var sun: Bool {
        get { phone.sun }
        set { phone.sun = newValue }
    }
    var lockAfterMs: Int64 {
        get { phone.lockAfterMs }
        set { phone.lockAfterMs = newValue }
    }
    var notices: Bool {
        get { phone.wantsNotices }
        set { phone.wantsNotices = newValue }
    }
    var way: [String] {
        get { phone.way }
        set { phone.way = newValue }
    }
}

/// A tenth of a second in which nothing is heard.
private final class Silence: Recording {
    private let phone: MemoryServices

    init(_ phone: MemoryServices) {
        self.phone = phone
        phone.recording += 1
    }

    func stop() async -> Data {
        phone.recording -= 1
        return wav(samples: Data(count: 3_200), rate: 16_000)
    }
}
