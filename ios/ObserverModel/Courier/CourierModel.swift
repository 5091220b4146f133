import Baqylau
import Foundation
import Observation

public struct CourierState: Sendable {
    /// Frames that are being shown.
    public var frames: [String] = []
    public var scanning = false
    public var percent = 0
    public var brought: CourierReport?
    public var saved = false
}

/// Reports by hand, where no network is. All of it is sealed: whoever carries it can read nothing.
@MainActor
@Observable
public final class CourierModel: ScreenModel {
    public private(set) var state = CourierState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let services: any Services
    @ObservationIgnored private var scanner: CourierScanner?

    public init(_ core: Core, _ session: Session, _ services: any Services) {
        self.core = core
        self.session = session
        self.services = services
    }

    @discardableResult
    public func save() -> Task<Void, Never> {
        act {
            self.state.saved = false
            let bytes = try await self.core { try $0.exportCourier() }
            self.state.saved = await self.services.files.save(name: fileName, bytes: bytes)
        }
    }

    @discardableResult
    public func share() -> Task<Void, Never> {
        act { self.services.files.share(name: fileName, bytes: try await self.core { try $0.exportCourier() }) }
    }

    @discardableResult
    public func show() -> Task<Void, Never> {
        act { self.state.frames = try await self.core { try $0.courierCodes() } }
    }

    public func hide() {
        state.frames = []
        state.scanning = false
    }

    @discardableResult
    public func open() -> Task<Void, Never> {
        act {
            guard let picked = await self.services.files.pick("*/*") else { return }
            try await self.take(try await offMain { try whole(picked.source) })
        }
    }

    @discardableResult
    public func scan() -> Task<Void, Never> {
        act {
            guard await self.services.permissions.ask(.camera) else { return self.fail(Words(.errorCamera)) }
            self.scanner = try await offMain { CourierScanner() }
            self.state.percent = 0
            self.state.scanning = true
        }
    }

    public func cameraFailed() {
        hide()
        fail(Words(.errorCamera))
    }

    /// A frame that the camera read, in whatever order.
    @discardableResult
    public func frame(_ text: String) -> Task<Void, Never> {
        act {
            guard let scanner = self.scanner else { return }
            let (file, percent) = try await offMain { (try scanner.take(frame: text), Int(scanner.percent())) }
            self.state.percent = percent
            // Another frame may have made it whole already.
            guard let file, self.scanner === scanner else { return }
            self.scanner = nil
            self.hide()
            try await self.take(file)
        }
    }

    private func take(_ file: Data) async throws {
        state.brought = try await core { try $0.importCourier(file: file) }
        try await session.look()
    }
}

private let fileName = "reports.baqylau"
private let piece: UInt32 = 65_536

private func whole(_ source: any ByteSource) throws -> Data {
    var all = Data()
    while true {
        let some = try source.read(atMost: piece)
        if some.isEmpty { return all }
        all += some
    }
}
