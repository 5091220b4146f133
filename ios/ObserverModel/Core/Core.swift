import Baqylau
import Dispatch

/// How long one delivery may take, in milliseconds: shorter than iOS lets a background task run.
public let syncBudgetMs: UInt64 = 4 * 60_000

/// The one door to the core. Every call runs off the main thread; its errors are `BaqylauError`.
public final class Core: Sendable {
    private let baqylau: Baqylau
    private let watch: @Sendable () throws -> Void
    private let onDamaged: @MainActor @Sendable (String) -> Void
    @MainActor private let syncing = Turn()

    private init(_ baqylau: Baqylau, watch: @escaping @Sendable () throws -> Void, onDamaged: @escaping @MainActor @Sendable (String) -> Void) {
        self.baqylau = baqylau
        self.watch = watch
        self.onDamaged = onDamaged
    }

    /// Opens a store. `watch` runs before every call, on its thread; `onDamaged` is told which file is.
    @MainActor
    static func open(
        watch: @escaping @Sendable () throws -> Void,
        onDamaged: @escaping @MainActor @Sendable (String) -> Void,
        open: @escaping @Sendable () throws -> ObserverCore
    ) async throws -> Core {
        Core(try await Baqylau.open(open), watch: watch, onDamaged: onDamaged)
    }

    /// What changed, for any number of screens.
    public func changes() -> AsyncStream<Change> { baqylau.changes() }

    /// Calls the core.
    public func callAsFunction<Value: Sendable>(
        _ call: @escaping @Sendable (ObserverCore) throws -> Value
    ) async throws -> Value {
        do {
            return try await baqylau { [watch] core in
                try watch()
                return try call(core)
            }
        } catch BaqylauError.Damaged(let file) {
            await onDamaged(file)
            throw BaqylauError.Damaged(file: file)
        }
    }

    /// Delivers what waits; `now` when the observer asked. Cancelling it loses nothing.
    @MainActor
    @discardableResult
    public func sync(now: Bool) async throws -> SyncReport {
        // A background task and the observer may want it at the same time.
        try await syncing { try await self.baqylau.sync(budgetMs: syncBudgetMs, now: now) }
    }

    /// Delivers everything anew, what was delivered before too.
    @MainActor
    public func syncAgain() async throws -> SyncReport {
        try await syncing { try await self.baqylau.syncAgain(budgetMs: syncBudgetMs) }
    }

    func enrol() async throws -> SyncReport { try await baqylau.enrol(budgetMs: syncBudgetMs) }

    func close() async throws { try await baqylau.close() }
}

/// Runs what blocks off the caller's thread.
func offMain<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: call)) }
    }
}

/// Lets one after the other do something that waits in between, in the order they came.
@MainActor
final class Turn {
    private var taken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    nonisolated init() {}

    func callAsFunction<Value: Sendable>(_ body: @MainActor () async throws -> Value) async rethrows -> Value {
        await take()
        defer { give() }
        return try await body()
    }

    private func take() async {
        if !taken {
            taken = true
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func give() {
        if waiting.isEmpty {
            taken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
