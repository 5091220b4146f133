@_exported import BaqylauCore
import Dispatch
import Foundation

/// The observer's core for Swift concurrency. Every call of `ObserverCore` blocks; here each runs on a queue of its own, so that no
/// screen waits and no thread of the cooperative pool is held.
///
///     let baqylau = try await Baqylau.open { try ObserverCore.open(phone: phone, vault: vault, pin: pin) }
///     let summary = try await baqylau { try $0.summary() }
public actor Baqylau {
    private nonisolated let executor = BlockingExecutor()
    private nonisolated let core: ObserverCore
    private nonisolated let ears = Ears()

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

    /// Delivers what waits, beside other calls. When the task is cancelled the call is interrupted; what was acknowledged is kept.
    /// `now`: the observer asked, so earlier failures are not waited for.
    public nonisolated func sync(budgetMs: UInt64, now: Bool = false) async throws -> SyncReport {
        try await interruptible { try now ? $0.syncNow(budgetMs: budgetMs) : $0.sync(budgetMs: budgetMs) }
    }

    /// Delivers everything anew, what was delivered before too: for coordinators whose server lost some of it. What it has is not
    /// counted twice. Cancelled as `sync` is.
    public nonisolated func syncAgain(budgetMs: UInt64) async throws -> SyncReport {
        try await interruptible { try $0.syncAgain(budgetMs: budgetMs) }
    }

    /// Fetches the mission and enrols, beside other calls; cancelled as `sync` is. Calling it again goes on where it broke off.
    public nonisolated func enrol(budgetMs: UInt64) async throws -> SyncReport {
        try await interruptible { try $0.enrol(budgetMs: budgetMs) }
    }

    private nonisolated func interruptible(
        _ call: @escaping @Sendable (ObserverCore) throws -> SyncReport
    ) async throws -> SyncReport {
        let done = Flag()
        return try await withTaskCancellationHandler {
            defer { done.set() }
            do {
                return try await offThread { [core] in try call(core) }
            } catch BaqylauError.Interrupted {
                try Task.checkCancellation()
                throw BaqylauError.Interrupted
            }
        } onCancel: {
            // Again until it came back: the call may not have begun yet.
            DispatchQueue.global().async { [core] in
                while !done.isSet {
                    core.interrupt()
                    usleep(20_000)
                }
            }
        }
    }

    /// What changes, for as long as somebody listens. Each listener hears everything.
    public nonisolated func changes() -> AsyncStream<Change> {
        AsyncStream { continuation in
            let number = ears.add(continuation)
            core.listen(listener: ears)
            continuation.onTermination = { [ears] _ in ears.remove(number) }
        }
    }

    /// Ends the use of the core: streams of changes end, and what the PIN opened is closed.
    public func close() throws {
        core.listen(listener: nil)
        ears.finish()
        try core.lock()
    }
}

/// Runs what blocks on a thread of Dispatch's.
private func offThread<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: call)) }
    }
}

/// Whoever listens.
private final class Ears: ChangeListener, @unchecked Sendable {
    private let lock = NSLock()
    private var next = 0
    private var open: [Int: AsyncStream<Change>.Continuation] = [:]

    func add(_ continuation: AsyncStream<Change>.Continuation) -> Int {
        lock.withLock {
            next += 1
            open[next] = continuation
            return next
        }
    }

    func remove(_ number: Int) {
        lock.withLock { open[number] = nil }
    }

    func finish() {
        let all = lock.withLock { open.values.map { $0 } }
        all.forEach { $0.finish() }
    }

    func changed(change: Change) throws {
        let all = lock.withLock { open.values.map { $0 } }
        all.forEach { $0.yield(change) }
    }
}

/// Set once, from any thread.
private final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }

    func set() {
        lock.withLock { value = true }
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
