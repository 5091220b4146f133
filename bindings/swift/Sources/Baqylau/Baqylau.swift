@_exported import BaqylauCore
import Dispatch

/// The observer's core for Swift concurrency. Every call of `ObserverCore` blocks; here each runs on a queue of its own, so that no
/// screen waits and no thread of the cooperative pool is held.
///
///     let baqylau = try await Baqylau.open { try ObserverCore.open(phone: phone, vault: vault, pin: pin) }
///     let summary = try await baqylau { try $0.summary() }
public actor Baqylau {
    private nonisolated let executor = BlockingExecutor()
    private nonisolated let core: ObserverCore

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(core: ObserverCore) {
        self.core = core
    }

    /// Opens a core off the caller's thread.
    public static func open(_ open: @escaping @Sendable () throws -> ObserverCore) async throws -> Baqylau {
        Baqylau(core: try await offThread(open))
    }

    /// Runs calls of the core off the caller's thread. Their errors are `BaqylauError`.
    public func callAsFunction<Value: Sendable>(
        _ call: @Sendable (ObserverCore) throws -> Value
    ) throws -> Value {
        try call(core)
    }

    /// Delivers what waits, beside other calls. When the task is cancelled the call is interrupted; what was acknowledged is kept. `now`: the observer
    /// asked, so earlier failures are not waited for.
    public nonisolated func sync(budgetMs: UInt64, now: Bool = false) async throws -> SyncReport {
        try await withTaskCancellationHandler {
            do {
                return try await offThread { [core] in
                    try now ? core.syncNow(budgetMs: budgetMs) : core.sync(budgetMs: budgetMs)
                }
            } catch BaqylauError.Interrupted {
                try Task.checkCancellation()
                throw BaqylauError.Interrupted
            }
        } onCancel: {
            core.interrupt()
        }
    }

    /// What changes, for as long as somebody listens. One listener at a time.
    public nonisolated func changes() -> AsyncStream<Change> {
        AsyncStream { continuation in
            core.listen(listener: Ear(continuation))
            continuation.onTermination = { [core] _ in core.listen(listener: nil) }
        }
    }
}

/// Runs what blocks on a thread of Dispatch's.
private func offThread<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: call)) }
    }
}

private final class Ear: ChangeListener {
    private let continuation: AsyncStream<Change>.Continuation

    init(_ continuation: AsyncStream<Change>.Continuation) {
        self.continuation = continuation
    }

    func changed(change: Change) throws {
        continuation.yield(change)
    }
}

/// A queue of its own for calls that block.
private final class BlockingExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "org.baqylau.core")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }
}
