import Baqylau

/// The process: one store, one session, one way back.
@MainActor
public final class Observer {
    public let services: any Services
    public let session: Session
    public let look: Look
    public let navigator: Navigator
    private let away: Away
    private var listening: Task<Void, Never>?

    /// `elapsedMs`: a clock that goes on while the phone sleeps. `watch` runs before every call of the core, on its thread.
    public init(
        _ services: any Services, elapsedMs: @escaping () -> Int64, watch: @escaping @Sendable () throws -> Void = {}
    ) {
        self.services = services
        let settings = services.settings
        session = Session(phone: { services.phone() }, vault: services.vault, watch: watch)
        look = Look(settings)
        navigator = Navigator(saved: settings.way) { settings.way = $0 }
        away = Away(session, elapsedMs: elapsedMs)
        session.noStore = { [navigator] in navigator.anew() }
        session.locking = { [navigator] in navigator.forget() }
    }

    /// The app is seen: what is there is opened, or locked if it was away too long. What waits goes whenever there is a network.
    public func seen() async {
        away.comeBack()
        await session.start()
        let connected = services.delivery.connected()
        listening?.cancel()
        listening = Task { for await there in connected where there { _ = await self.deliver() } }
    }

    /// The app is out of sight: what waits goes now, as far as the system allows, or later; no write is under way when this returns.
    public func unseen() async {
        away.leave(lockAfterMs: services.settings.lockAfterMs)
        listening?.cancel()
        services.delivery.plan()
        _ = await within(.seconds(20)) { await self.deliver() }
        // A core that broke off has nothing under way.
        try? await session.suspend()
    }

    /// Delivers what waits while nobody looks, and says that somebody wrote, never what. Whether to come again.
    public func deliver() async -> Bool {
        do {
            guard let done = try await session.deliver() else {
                if case .broken = session.state { return true } else { return false }
            }
            if done.letters > 0, services.settings.notices { services.notices.lettersCame() }
            return done.againMs != nil
        } catch {
            return true
        }
    }
}
