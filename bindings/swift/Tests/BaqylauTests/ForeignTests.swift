import Baqylau
import Foundation
import Testing

private let calls = Int(ProcessInfo.processInfo.environment["BAQYLAU_SOAK_CALLS"] ?? "") ?? 4_000
private let cycles = Int(ProcessInfo.processInfo.environment["BAQYLAU_SOAK_CYCLES"] ?? "") ?? 60

private struct Gone: Error, CustomStringConvertible {
    let description = "the chip is gone"
}

/// Keys in files, by the core's own vault. Throws what it is told to.
private final class Vault: KeyVault, @unchecked Sendable {
    private let lock = NSLock()
    private let inner: any KeyVault
    private var throwing: (any Error)?

    init(_ folder: URL) throws {
        inner = try fileVault(folder: folder.path)
    }

    func failWith(_ error: (any Error)?) {
        lock.withLock { throwing = error }
    }

    func create(alias: String, policy: Policy) throws {
        try inner.create(alias: alias, policy: policy)
    }

    func bind(alias: String, input: Data) throws -> Data {
        if let error = lock.withLock({ throwing }) { throw error }
        return try inner.bind(alias: alias, input: input)
    }

    func destroy(alias: String) throws {
        try inner.destroy(alias: alias)
    }
}

/// Calls back into the core, and fails.
private final class Listener: ChangeListener, @unchecked Sendable {
    private let core: ObserverCore
    private let lock = NSLock()
    private var count = 0

    init(_ core: ObserverCore) {
        self.core = core
    }

    var heard: Int { lock.withLock { count } }

    func changed(change: Change) throws {
        lock.withLock { count += 1 }
        _ = try core.summary()
        throw Gone()
    }
}

private func enrolled(_ mission: Mission, _ folder: URL, _ vault: any KeyVault) throws -> ObserverCore {
    let phone = phone(folder.appendingPathComponent("phone"))
    let core = try ObserverCore.create(phone: phone, vault: vault, pin: pin, invite: mission.invite(1))
    _ = try core.enrol(budgetMs: 30_000)
    return core
}

@Test func whatForeignCodeThrowsComesBackAsAnError() throws {
    let (mission, folder) = (try Mission(), try Folder())
    let vault = try Vault(folder.url.appendingPathComponent("vault"))
    let core = try enrolled(mission, folder.url, vault)
    try core.lock()
    #expect(throws: BaqylauError.self) { try core.visits() }
    for error in [ForeignError.Failed(reason: "the chip is gone"), Gone()] as [any Error] {
        vault.failWith(error)
        do {
            try core.unlock(pin: pin)
            Testing.Issue.record("it was opened")
        } catch let BaqylauError.Refused(_, reason) {
            #expect(reason.contains("the chip is gone"))
        }
    }
    vault.failWith(nil)
    try core.unlock(pin: pin)
    #expect(throws: (any Error).self) { try panicOnPurpose() }
    core.setLanguage(language: "kk")
    #expect(try readInvite(text: mission.invite(1)).fingerprint == core.mission().fingerprint)
}

@Test func aListenerMayCallBackAndMayFail() throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let listener = Listener(core)
    core.listen(listener: listener)
    let visit = try core.startVisit(place: nil, number: nil)
    let draft = try core.startChecklist(visit: visit.code, checklist: "incident")
    try core.discard(draft: draft.id)
    #expect(listener.heard == 3)
    core.listen(listener: nil)
}

/// A camera that goes away.
private final class Torn: ByteSource, Sendable {
    func read(atMost: UInt32) throws -> Data { throw Gone() }
}

/// Begins a sync at every change, and keeps why it was refused.
private final class Eager: ChangeListener, @unchecked Sendable {
    private let core: ObserverCore
    private let lock = NSLock()
    private var reasons: [Why] = []

    init(_ core: ObserverCore) {
        self.core = core
    }

    var told: [Why] { lock.withLock { reasons } }

    func changed(change: Change) throws {
        do {
            _ = try core.syncNow(budgetMs: 30_000)
        } catch let BaqylauError.Refused(why, _) {
            lock.withLock { reasons.append(why) }
        }
    }
}

@Test func aSyncInASyncAndASourceThatFailsHaveReasonsOfTheirOwn() throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let visit = try core.startVisit(place: nil, number: nil)
    let draft = try core.startChecklist(visit: visit.code, checklist: "incident").id
    let rows = try core.sections(draft: draft).flatMap { try core.openSection(draft: draft, section: $0.section).rows }
    let photo = try #require(rows.first { $0.name == "photo" }).key
    do {
        _ = try core.attach(draft: draft, key: photo, media: "image/jpeg", source: Torn())
        Testing.Issue.record("it was attached")
    } catch let BaqylauError.Refused(why, reason) {
        #expect(why == .source && reason.contains("the chip is gone"))
    }
    _ = try core.finalise(draft: draft, incomplete: "for a test")
    let eager = Eager(core)
    core.listen(listener: eager)
    #expect(try core.syncNow(budgetMs: 30_000).delivered == 1)
    core.listen(listener: nil)
    #expect(!eager.told.isEmpty && eager.told.allSatisfy { $0 == .syncing })
}

@Test func aDeliverySaysWhyTheServerWasNotHeardAndEverythingIsSentAgain() async throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let baqylau = try await Baqylau.open { core }
    let visit = try await baqylau { try $0.startVisit(place: nil, number: nil) }
    let draft = try await baqylau { try $0.startChecklist(visit: visit.code, checklist: "incident") }
    _ = try await baqylau { try $0.finalise(draft: draft.id, incomplete: "for a test") }
    _ = try mission.ask("cut 0")
    #expect(try await baqylau.sync(budgetMs: 30_000, now: true).trouble == .unreachable)
    _ = try mission.ask("whole")
    #expect(try await baqylau.sync(budgetMs: 30_000, now: true).trouble == nil)
    #expect(try await baqylau.syncAgain(budgetMs: 30_000).delivered == 1)
    _ = try mission.ask("lost")
    #expect(try await baqylau.sync(budgetMs: 30_000, now: true).trouble == .unpublished)
    _ = try mission.ask("publish")
    // It is sent, and not stored: of the same size, this log is another one.
    #expect(try await baqylau.syncAgain(budgetMs: 30_000).delivered == 0)
    #expect(try await baqylau { try $0.summary() }.log == .contradicted)
}

@Test func anActorAStreamOfChangesAndASyncThatIsCancelled() async throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let baqylau = try await Baqylau.open { core }
    var changes = baqylau.changes().makeAsyncIterator()
    _ = try await baqylau { try $0.startVisit(place: nil, number: nil) }
    #expect(await changes.next() == .work)
    #expect(try await baqylau.sync(budgetMs: 30_000, now: true).delivered == 0)
    // Nobody answers for an hour; cancelled, it comes back.
    _ = try mission.ask("hang")
    let visit = try await baqylau { try $0.startVisit(place: nil, number: nil) }
    let draft = try await baqylau { try $0.startChecklist(visit: visit.code, checklist: "incident") }
    _ = try await baqylau { try $0.finalise(draft: draft.id, incomplete: "for a test") }
    for before in [0, 500_000_000] as [UInt64] {
        let sync = Task { try await baqylau.sync(budgetMs: 3_600_000, now: true) }
        try await Task.sleep(nanoseconds: before)
        sync.cancel()
        let result = await sync.result
        #expect(throws: CancellationError.self) { try result.get() }
    }
    #expect(try await baqylau { try $0.summary() }.waiting == 1)
    _ = try mission.ask("whole")
    #expect(try await baqylau.sync(budgetMs: 30_000, now: true).delivered == 1)
}

@Test func eachOfSeveralListenersHearsEverything() async throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let baqylau = try await Baqylau.open { core }
    let second = baqylau.changes()
    do {
        var first = baqylau.changes().makeAsyncIterator()
        _ = try await baqylau { try $0.startVisit(place: nil, number: nil) }
        #expect(await first.next() == .work)
    }
    // The first has gone, and nothing is dropped on the way to the second.
    _ = try await baqylau { core in try (0..<100).map { _ in try core.startVisit(place: nil, number: nil) } }
    try await baqylau { try $0.lock() }
    var heard = 0
    for await change in second {
        heard += 1
        if change == .lock { break }
    }
    #expect(heard >= 102)
    try await baqylau.close()
}

@Test func anAnswerDoesNotWaitForASync() async throws {
    let (mission, folder) = (try Mission(), try Folder())
    let core = try enrolled(mission, folder.url, Vault(folder.url.appendingPathComponent("vault")))
    let baqylau = try await Baqylau.open { core }
    let visit = try await baqylau { try $0.startVisit(place: nil, number: nil) }
    let draft = try await baqylau { try $0.startChecklist(visit: visit.code, checklist: "incident") }
    _ = try await baqylau { try $0.finalise(draft: draft.id, incomplete: "for a test") }
    // The sync stands still until a call beside it has come back.
    let gate = Gate()
    core.listen(listener: gate)
    let sync = Task { try await baqylau.sync(budgetMs: 30_000, now: true) }
    await gate.reached()
    let reports = try await baqylau { try $0.reports() }
    #expect(reports.map(\.state) == [.sending])
    gate.open()
    #expect(try await sync.value.delivered == 1)
}

/// Holds the thread of a sync at its first change.
private final class Gate: ChangeListener, Sendable {
    private let (arrived, passed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))

    func changed(change: Change) throws {
        arrived.signal()
        #expect(passed.wait(timeout: .now() + 20) == .success, "a call waits for the sync")
        passed.signal()
    }

    func reached() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [arrived] in
                arrived.wait()
                continuation.resume()
            }
        }
    }

    func open() {
        passed.signal()
    }
}

@Test func manyThreadsAndManyCycles() async throws {
    let (mission, folder) = (try Mission(), try Folder())
    let vault = try Vault(folder.url.appendingPathComponent("vault"))
    let core = try enrolled(mission, folder.url, vault)
    let visit = try core.startVisit(place: nil, number: nil)
    let draft = try core.startChecklist(visit: visit.code, checklist: "incident").id
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
        for _ in 0..<(calls / 8) {
            #expect((try? core.progress(draft: draft)) != nil)
        }
    }
    let about = phone(folder.url.appendingPathComponent("phone"))
    func cycle(_ times: Int) throws -> Int {
        for _ in 0..<times {
            #expect(try !ObserverCore.openLocked(phone: about, vault: vault).exportCourier().isEmpty)
        }
        return try resident()
    }
    let files = try openFiles()
    let before = try cycle(max(cycles / 4, 20))
    // Only while no other test runs: a traceback elsewhere reads 70 MB of symbols into this process.
    #expect(try cycle(cycles) - before < 20_000, "memory does not grow")
    #expect(try openFiles() <= files + 4, "no file stays open: a core that stays holds its two")
}

private func openFiles() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}

/// Kilobytes.
private func resident() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
    return try #require(Int(line.filter(\.isNumber)))
}
