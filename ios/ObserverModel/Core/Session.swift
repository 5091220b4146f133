import Baqylau
import Observation

/// Where the app stands with the phone's store.
public enum SessionState: Sendable {
    case starting
    /// There is no store: an invite is needed.
    case noStore
    /// The PIN is needed. What waits is delivered meanwhile.
    case locked(face: Bool, attemptsLeft: Int?)
    /// The mission is not here yet.
    case enrolling(Core)
    case open(Core)
    /// Too many wrong PINs: nothing can be read any more.
    case lost
    case damaged(file: String)
    /// The store cannot be opened: it is of a later version, or the phone's key store refuses.
    case broken(Words)
}

/// Opens, locks and wipes the store; one for the process.
@MainActor
@Observable
public final class Session {
    public private(set) var state = SessionState.starting
    @ObservationIgnored private let phone: @MainActor () -> Phone
    @ObservationIgnored private let vault: any KeyVault
    @ObservationIgnored private let watch: @Sendable () throws -> Void
    @ObservationIgnored private let turn = Turn()
    @ObservationIgnored private var core: Core?
    /// Told when there is no store, or none any more.
    @ObservationIgnored var noStore: @MainActor () -> Void = {}
    /// Told when the store is locked: what the screens hold goes, whether anybody looks or not.
    @ObservationIgnored var locking: @MainActor () -> Void = {}

    /// `watch` runs before every call of the core, on its thread.
    public init(
        phone: @escaping @MainActor () -> Phone, vault: any KeyVault, watch: @escaping @Sendable () throws -> Void = {}
    ) {
        self.phone = phone
        self.vault = vault
        self.watch = watch
    }

    /// Opens what is there, locked.
    public func start() async {
        await turn {
            if let core = self.core {
                // Before the phone's first unlocking nothing told whether face or finger opens it.
                if case .locked(_, let left) = self.state, let face = try? await self.face(core) {
                    self.state = .locked(face: face, attemptsLeft: left)
                }
                return
            }
            let (phone, vault) = (self.phone(), self.vault)
            do {
                if try await offMain({ try storeExists(phone: phone, vault: vault) }) {
                    let core = try await self.opened { try ObserverCore.openLocked(phone: phone, vault: vault) }
                    self.state = try await self.locked(core)
                } else {
                    self.noStore()
                    self.state = .noStore
                }
            } catch {
                // Opened anew the next time.
                self.core = nil
                self.state = self.broken(error)
            }
        }
    }

    /// Makes the store; the mission is fetched by `fetch`.
    public func create(invite: String, pin: String) async throws {
        let (phone, vault) = (phone(), vault)
        try await turn {
            let core = try await self.opened {
                try ObserverCore.create(phone: phone, vault: vault, pin: pin, invite: invite)
            }
            self.state = .enrolling(core)
        }
    }

    /// Fetches the mission and enrols. Goes on where it broke off.
    public func fetch() async throws {
        guard let core else { return }
        _ = try await core.enrol()
        state = try await known(core)
    }

    /// Goes through a SOCKS5 proxy from now on, as `host:port`; nil ends it.
    public func useProxy(_ address: String?) async throws {
        guard let core else { return }
        try await core { try $0.setProxy(address: address) }
    }

    /// The proxy that is set.
    public func proxy() async throws -> String? {
        guard let core else { return nil }
        return try await core { try $0.proxy() }
    }

    /// Looks whether the mission is here: a courier may have brought it.
    public func look() async throws {
        if let core { state = try await known(core) }
    }

    public func unlock(pin: String) async throws {
        try await unlocking { try $0.unlock(pin: pin) }
    }

    public func unlockWithBiometric() async throws {
        try await unlocking { try $0.unlockWithBiometric() }
    }

    private func unlocking(_ open: @escaping @Sendable (ObserverCore) throws -> Void) async throws {
        guard let core else { return }
        do {
            // The second PIN opens another store: the screens of the one before do not come back.
            let another = try await core {
                let before = $0.replaced()
                try open($0)
                return $0.replaced() != before
            }
            if another { noStore() }
            state = try await known(core)
        } catch BaqylauError.Locked(let left) {
            state = left == 0 ? .lost : .locked(face: try await face(core), attemptsLeft: Int(left))
        } catch BaqylauError.Damaged(let file) {
            state = .damaged(file: file)
        }
    }

    /// Closes what the PIN opened. Nothing of it is seen from the first moment.
    public func lock() async {
        guard let core else { return }
        state = .starting
        locking()
        // The screen that asked for it is gone at once: this does not end with it.
        await Task {
            do {
                try await core { try $0.lock() }
                self.state = try await self.locked(core)
            } catch {
                self.state = self.broken(error)
            }
        }.value
    }

    /// Makes a damaged store anew from what can be read; where nothing can be, it stays as it was.
    public func salvage(pin: String) async throws {
        let before = state
        let (phone, vault) = (phone(), vault)
        await close()
        do {
            try await offMain { try salvageStore(phone, vault, pin) }
        } catch {
            state = before
            throw error
        }
        await start()
    }

    /// Destroys keys and files.
    public func wipe() async throws {
        let (phone, vault) = (phone(), vault)
        await close()
        do {
            try await offMain { try wipeStore(phone, vault) }
        } catch {
            // What is left is opened again, so that the observer can try once more.
            await start()
            throw error
        }
        await start()
    }

    /// Delivers what waits, locked or not; what a background task calls. Nothing where there is no store.
    public func deliver() async throws -> SyncReport? {
        await start()
        return try await core?.sync(now: false)
    }

    /// Before the app is frozen: nothing of the store stays half written.
    public func suspend() async throws {
        try await core? { try $0.suspend() }
    }

    private func close() async {
        await turn {
            // A damaged store may not even close; it is given up all the same.
            try? await self.core?.close()
            self.core = nil
            self.state = .starting
        }
    }

    private func opened(_ open: @escaping @Sendable () throws -> ObserverCore) async throws -> Core {
        // Damage shows when a page is read, at any call.
        let core = try await Core.open(watch: watch, onDamaged: { [weak self] in self?.state = .damaged(file: $0) }, open: open)
        self.core = core
        return core
    }

    private func locked(_ core: Core) async throws -> SessionState {
        .locked(face: try await face(core), attemptsLeft: nil)
    }

    private func face(_ core: Core) async throws -> Bool { try await core { $0.hasBiometric() } }

    private func known(_ core: Core) async throws -> SessionState {
        do {
            _ = try await core { try $0.mission() }
            return .open(core)
        } catch BaqylauError.Invalid {
            return .enrolling(core)
        }
    }

    private func broken(_ error: any Error) -> SessionState {
        if case BaqylauError.Damaged(let file) = error { .damaged(file: file) } else { .broken(wordsOf(error)) }
    }
}

// The core's functions, where the session's own have the same names.
private func salvageStore(_ phone: Phone, _ vault: any KeyVault, _ pin: String) throws {
    _ = try salvage(phone: phone, vault: vault, pin: pin)
}

private func wipeStore(_ phone: Phone, _ vault: any KeyVault) throws { try wipe(phone: phone, vault: vault) }
