import Baqylau
import Foundation
import Observation

public enum EnrolStep: Sendable { case invite, scan, compare, pin, fetch }

public struct EnrolState: Sendable {
    public var step = EnrolStep.invite
    public var invite = ""
    public var about: InviteView?
    public var pin = ""
    public var again = ""
    public var proxy = ""
    public var proxied = false
}

/// From an invite to a phone that knows the mission.
@MainActor
@Observable
public final class EnrolModel: ScreenModel {
    public private(set) var state = EnrolState()
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let permissions: any Permissions

    /// `fetching`: a store is there, and the mission is not.
    public init(_ session: Session, _ permissions: any Permissions, fetching: Bool) {
        self.session = session
        self.permissions = permissions
        super.init()
        state.step = fetching ? .fetch : .invite
        // Set before the app was closed.
        if fetching { act { try await self.seeProxy() } }
    }

    private func seeProxy() async throws {
        let proxy = try await session.proxy()
        state.proxy = proxy ?? ""
        state.proxied = proxy != nil
    }

    public func type(_ invite: String) { state.invite = invite }

    @discardableResult
    public func scan() -> Task<Void, Never> {
        act {
            if await self.permissions.ask(.camera) { self.state.step = .scan } else { self.fail(Words(.errorCamera)) }
        }
    }

    public func cameraFailed() {
        state.step = .invite
        fail(Words(.errorCamera))
    }

    /// Reads the invite that was typed, or the one that was scanned.
    @discardableResult
    public func read(_ scanned: String? = nil) -> Task<Void, Never> {
        let invite = (scanned ?? state.invite).trimmingCharacters(in: .whitespacesAndNewlines)
        return act {
            let about = try await offMain { try readInvite(text: invite) }
            self.forgetError()
            self.state.step = .compare
            self.state.invite = invite
            self.state.about = about
        }
    }

    /// The fingerprint is the one that the coordinators showed.
    public func trust() { state.step = .pin }

    public func distrust() { state = EnrolState() }

    public func pin(_ pin: String) { state.pin = digits(pin) }

    public func again(_ pin: String) { state.again = digits(pin) }

    @discardableResult
    public func create() -> Task<Void, Never> {
        let now = state
        return act {
            if now.pin != now.again { return self.fail(Words(.errorPinDiffers)) }
            try await self.session.create(invite: now.invite, pin: now.pin)
            self.state = EnrolState(step: .fetch)
            try await self.session.fetch()
        }
    }

    /// The invite was no good: nothing was made with it yet.
    @discardableResult
    public func another() -> Task<Void, Never> {
        act {
            try await self.session.wipe()
            self.state = EnrolState()
        }
    }

    public func proxy(_ address: String) { state.proxy = address }

    /// Fetches through a SOCKS5 proxy from now on, or no longer: the network blocks what it cannot read.
    @discardableResult
    public func useProxy(_ on: Bool) -> Task<Void, Never> {
        let address = state.proxy.filter { !$0.isWhitespace }
        return act {
            try await self.session.useProxy(on ? address : nil)
            try await self.seeProxy()
            try await self.session.fetch()
        }
    }

    /// Once more: the network was gone.
    @discardableResult
    public func fetch() -> Task<Void, Never> { act { try await self.session.fetch() } }
}

/// What of a text can be a PIN.
func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
