import Baqylau
import Observation

/// What one screen shows and does; lives as long as the screen is on the way back.
@MainActor
@Observable
open class ScreenModel {
    /// What went wrong last.
    public private(set) var error: Words?
    /// How many calls are under way.
    public private(set) var busy = 0
    @ObservationIgnored private var tasks: [Int: Task<Void, Never>] = [:]
    @ObservationIgnored private var next = 0
    @ObservationIgnored private var closed = false
    @ObservationIgnored private var sole: Task<Void, Never>?

    public func forgetError() { error = nil }

    func fail(_ words: Words) { error = words }

    /// Does something; an error is shown, and nothing is lost by it.
    @discardableResult
    func act(_ body: @escaping @MainActor () async throws -> Void) -> Task<Void, Never> {
        launch {
            self.busy += 1
            defer { self.busy -= 1 }
            do {
                try await body()
            } catch is CancellationError {
                // The screen is gone.
            } catch {
                self.fail(wordsOf(error))
            }
        }
    }

    /// Does something that a second tap must not do again.
    @discardableResult
    func once(_ body: @escaping @MainActor () async throws -> Void) -> Task<Void, Never> {
        if let sole { return sole }
        let task = act {
            defer { self.sole = nil }
            try await body()
        }
        sole = task
        return task
    }

    /// Looks now, and again whenever the core says that something changed; an error does not end it.
    func follow(_ core: Core, _ look: @escaping @MainActor () async throws -> Void) {
        let changes = core.changes()
        launch {
            await self.act(look).value
            for await _ in changes {
                await self.act(look).value
            }
        }
    }

    @discardableResult
    func launch(_ body: @escaping @MainActor () async -> Void) -> Task<Void, Never> {
        let number = next
        next += 1
        let task = Task {
            await body()
            self.tasks[number] = nil
        }
        tasks[number] = task
        if closed { task.cancel() }
        return task
    }

    /// The screen is gone: what it waits for ends.
    open func close() {
        closed = true
        tasks.values.forEach { $0.cancel() }
        tasks = [:]
    }
}
