/// Locks the store when the app was out of sight for a while.
@MainActor
public final class Away {
    private let session: Session
    private let elapsedMs: () -> Int64
    private var lockAt: Int64?
    private var waiting: Task<Void, Never>?

    /// `elapsedMs`: a clock that goes on while the phone sleeps.
    public init(_ session: Session, elapsedMs: @escaping () -> Int64) {
        self.session = session
        self.elapsedMs = elapsedMs
    }

    /// The app is out of sight: locked after `lockAfterMs`.
    public func leave(lockAfterMs: Int64) {
        lockAt = elapsedMs() + lockAfterMs
        waiting?.cancel()
        waiting = Task { [session] in
            guard (try? await Task.sleep(for: .milliseconds(max(0, lockAfterMs)))) != nil else { return }
            await session.lock()
        }
    }

    /// The app is seen again. A process that was frozen did not wait: the clock decides.
    public func comeBack() {
        waiting?.cancel()
        guard let due = lockAt else { return }
        lockAt = nil
        if elapsedMs() >= due { Task { [session] in await session.lock() } }
    }
}
