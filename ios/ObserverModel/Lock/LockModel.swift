import Baqylau
import Observation

/// The locked phone, and the phone that lost its store.
@MainActor
@Observable
public final class LockModel: ScreenModel {
    public private(set) var pin = ""
    /// Nothing of a damaged store could be read.
    public private(set) var nothing = false
    @ObservationIgnored private let session: Session
    @ObservationIgnored private let face: any Face

    public init(_ session: Session, _ face: any Face) {
        self.session = session
        self.face = face
    }

    public func pin(_ pin: String) { self.pin = digits(pin) }

    @discardableResult
    public func unlock() -> Task<Void, Never> {
        let said = pin
        pin = ""
        return act { try await self.session.unlock(pin: said) }
    }

    @discardableResult
    public func unlockWithBiometric(_ reason: String) -> Task<Void, Never> {
        act { if await self.face.ask(reason) { try await self.session.unlockWithBiometric() } }
    }

    @discardableResult
    public func salvage() -> Task<Void, Never> {
        let said = pin
        return act {
            do {
                try await self.session.salvage(pin: said)
                self.pin = ""
            } catch BaqylauError.Invalid {
                self.nothing = true
            }
        }
    }

    @discardableResult
    public func wipe() -> Task<Void, Never> { act { try await self.session.wipe() } }

    /// Opens once more what could not be opened.
    @discardableResult
    public func again() -> Task<Void, Never> { act { await self.session.start() } }
}
