import Baqylau
import Observation

public struct SettingsState: Sendable {
    public var mission: MissionView?
    public var faceAllowed = false
    public var oldPin = ""
    public var newPin = ""
    public var changed = false
    public var secondDone = false
    public var askWipe = false
    /// How many drafts and reports a wipe would lose.
    public var unsent = 0
    public var lockAfterMs: Int64 = 0
    public var notices = false
    public var sending = false
    public var sentAgain = false
    public var proxy = ""
    public var proxied = false
}

/// How long the app may be out of sight, in milliseconds.
public let lockAfter: [Int64] = [0, 60_000, 300_000, 1_800_000]

@MainActor
@Observable
public final class SettingsModel: ScreenModel {
    public private(set) var state = SettingsState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let look: Look
    @ObservationIgnored private let services: any Services

    public init(_ core: Core, _ session: Session, _ look: Look, _ services: any Services) {
        self.core = core
        self.session = session
        self.look = look
        self.services = services
        super.init()
        act { try await self.see() }
    }

    public var hasFace: Bool { services.face.available }

    private func see() async throws {
        let (mission, allowed, summary) = try await core { (try $0.mission(), $0.hasBiometric(), try $0.summary()) }
        let proxy = try await core { try $0.proxy() }
        state.proxy = proxy ?? ""
        state.proxied = proxy != nil
        state.mission = mission
        state.faceAllowed = allowed
        state.unsent = Int(summary.waiting + summary.stuck + summary.drafts)
        state.lockAfterMs = services.settings.lockAfterMs
        state.notices = services.settings.notices
    }

    /// At once, for the app and for what the core says.
    @discardableResult
    public func setLanguage(_ language: String) -> Task<Void, Never> {
        act {
            self.look.setLanguage(language)
            try await self.core { $0.setLanguage(language: language) }
            try await self.see()
        }
    }

    public func oldPin(_ pin: String) {
        state.oldPin = digits(pin)
        state.changed = false
        state.secondDone = false
    }

    public func newPin(_ pin: String) { state.newPin = digits(pin) }

    @discardableResult
    public func changePin() -> Task<Void, Never> {
        let (old, new) = (state.oldPin, state.newPin)
        (state.oldPin, state.newPin) = ("", "")
        return act {
            try await self.core { try $0.changePin(old: old, new: new) }
            self.state.changed = true
        }
    }

    /// The second PIN, which wipes the phone; none takes it away. Nothing is shown of whether there is one.
    @discardableResult
    public func secondPin(_ set: Bool) -> Task<Void, Never> {
        let (pin, second) = (state.oldPin, state.newPin)
        (state.oldPin, state.newPin) = ("", "")
        return act {
            try await self.core { try $0.setDuressPin(pin: pin, second: set ? second : nil) }
            self.state.secondDone = true
        }
    }

    /// Face or finger, with the PIN once.
    @discardableResult
    public func allowBiometric(_ on: Bool, _ reason: String) -> Task<Void, Never> {
        let pin = state.oldPin
        return act {
            if pin.isEmpty { return self.fail(Words(.settingsFacePin)) }
            if on, !(await self.services.face.ask(reason)) { return }
            self.state.oldPin = ""
            try await self.core { try $0.allowBiometric(pin: pin, on: on) }
            try await self.see()
        }
    }

    @discardableResult
    public func lock() -> Task<Void, Never> { act { await self.session.lock() } }

    public func lockAfter(_ ms: Int64) {
        services.settings.lockAfterMs = ms
        state.lockAfterMs = ms
    }

    public func proxy(_ address: String) { state.proxy = address }

    /// A SOCKS5 proxy, where the network blocks the servers.
    @discardableResult
    public func useProxy(_ on: Bool) -> Task<Void, Never> {
        let address = state.proxy.filter { !$0.isWhitespace }
        return act {
            try await self.core { try $0.setProxy(address: on ? address : nil) }
            try await self.see()
        }
    }

    /// Only who may notify is heard.
    @discardableResult
    public func notices(_ on: Bool) -> Task<Void, Never> {
        act {
            if on, !(await self.services.permissions.ask(.notices)) { return self.fail(Words(.errorNotices)) }
            self.services.settings.notices = on
            self.state.notices = on
        }
    }

    /// For coordinators whose server lost reports.
    @discardableResult
    public func sendAgain() -> Task<Void, Never> {
        act {
            if self.state.sending { return }
            (self.state.sending, self.state.sentAgain) = (true, false)
            defer { self.state.sending = false }
            let done = try await self.core.syncAgain()
            let whole = done.againMs == nil && done.refusal == nil
            if whole { self.state.sentAgain = true } else { self.fail(waiting(done)) }
            try await self.see()
        }
    }

    public func askWipe(_ ask: Bool) { state.askWipe = ask }

    @discardableResult
    public func wipe() -> Task<Void, Never> { act { try await self.session.wipe() } }
}
