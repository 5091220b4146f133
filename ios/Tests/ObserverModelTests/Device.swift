import Baqylau
import Foundation
import ObserverMemory
import Testing

@testable import ObserverModel

let pin = "2468"

/// A fault that the next calls of the core end with, and what called it on the main thread.
final class Watch: @unchecked Sendable {
    private let lock = NSLock()
    private var fault: BaqylauError?
    private var calls = 0
    private var wrong = 0

    func fail(with error: BaqylauError?) { lock.withLock { fault = error } }
    var called: Int { lock.withLock { calls } }
    var onMainThread: Int { lock.withLock { wrong } }

    func call() throws {
        try lock.withLock {
            calls += 1
            if Thread.isMainThread { wrong += 1 }
            if let fault { throw fault }
        }
    }
}

/// A phone with the app on it, driven as an observer does: by the models of its screens.
@MainActor
final class Device {
    let folder: URL
    let keys: URL
    let twin: MemoryServices
    let session: Session
    let navigator = Navigator()
    let look: Look
    let watch: Watch

    init(folder: URL? = nil, keys: URL? = nil) throws {
        let base = FileManager.default.temporaryDirectory
        self.folder = folder ?? base.appendingPathComponent("phone " + UUID().uuidString)
        self.keys = keys ?? base.appendingPathComponent("keys " + UUID().uuidString)
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        let (twin, watch) = (try MemoryServices(folder: self.folder, keys: self.keys), Watch())
        self.twin = twin
        self.watch = watch
        look = Look(twin.settings)
        session = Session(phone: { twin.phone() }, vault: twin.vault, watch: { try watch.call() })
    }

    /// Pastes an invite and goes on to where the mission is fetched.
    @discardableResult
    func begin(_ invite: String) async -> EnrolModel {
        await session.start()
        let model = EnrolModel(session, twin.permissions, fetching: false)
        model.type(invite)
        await model.read().value
        model.trust()
        model.pin(pin)
        model.again(pin)
        await model.create().value
        return model
    }

    static func enrolled(_ mission: Mission, _ observer: Int = 0) async throws -> Device {
        let device = try Device()
        let model = await device.begin(try mission.invite(observer))
        #expect(model.error == nil)
        _ = try device.core
        return device
    }

    var core: Core {
        get throws {
            guard case .open(let core) = session.state else { throw Absent(what: "an open store: \(session.state)") }
            return core
        }
    }

    /// The battery is pulled: another process opens what is on the disk.
    func killed() throws -> Device {
        let left = FileManager.default.temporaryDirectory.appendingPathComponent("after " + UUID().uuidString)
        try FileManager.default.copyItem(at: folder, to: left)
        return try Device(folder: left, keys: keys)
    }

    func unlock(_ pin: String = pin) async {
        await session.start()
        let model = LockModel(session, twin.face)
        model.pin(pin)
        await model.unlock().value
    }

    func home() throws -> HomeModel { HomeModel(try core, twin) }

    /// A checklist at a place, opened.
    func checklist(_ checklist: String, at place: String? = "s00001") async throws -> ChecklistModel {
        let route = Route.places(checklist: checklist)
        let places = PlacesModel(try core, checklist: checklist, visit: nil, twin)
        defer { places.close() }
        if let place {
            places.type(place)
            try await until("the place") { places.state.found.contains { $0.code == place } }
        }
        await places.choose(places.state.found.first { $0.code == place }) { self.navigator.open($0) }.value
        #expect(navigator.route != route)
        return try await open(navigator.route)
    }

    func open(_ route: Route) async throws -> ChecklistModel {
        guard case .checklist(let draft, let section, let letter) = route else { throw Absent(what: "a checklist: \(route)") }
        let model = ChecklistModel(try core, draft: draft, section: section, letter: letter, twin)
        try await until("the page") { !model.state.sections.isEmpty }
        return model
    }

    func review(_ model: ChecklistModel) async throws -> ReviewModel {
        await model.leave {}.value
        let review = ReviewModel(try core, model.draft, twin.delivery)
        try await until("the review") { review.state.page != nil }
        return review
    }

    /// Signs a checklist as it is.
    @discardableResult
    func sign(_ model: ChecklistModel, reason: String = "for a test") async throws -> Int64 {
        let review = try await review(model)
        defer { review.close() }
        review.reason(reason)
        await review.sign { self.navigator.open($0) }.value
        guard case .report(let seq) = navigator.route else { throw Absent(what: "a signed report: \(String(describing: review.error))") }
        return seq
    }

    /// A signed report, and its hash.
    func incident() async throws -> String {
        let home = try home()
        defer { home.close() }
        await home.incident { self.navigator.open($0) }.value
        try await sign(try await open(navigator.route))
        return try #require(try await core { try $0.reports() }.last).hash
    }

    func row(_ draft: Int64, _ name: String) async throws -> RowView? {
        try await core { core in
            let shown = try core.sections(draft: draft).filter(\.shown)
            return try shown.flatMap { try core.openSection(draft: draft, section: $0.section).rows }.first { $0.name == name }
        }
    }
}

/// What a test waited for in vain.
struct Absent: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

/// Waits until it is so, at most 20 seconds.
@MainActor
func until(_ what: String, _ condition: @MainActor () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        if ContinuousClock.now > end { throw Absent(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

extension ChecklistModel {
    func row(_ name: String) -> RowView? { state.rows.first { $0.name == name } }

    /// Opens the section that a question is in.
    func goTo(_ name: String, _ core: Core) async throws -> RowView {
        if let row = row(name) { return row }
        let draft = draft
        let at = try await core { core in
            try core.sections(draft: draft).first {
                try $0.shown && core.openSection(draft: draft, section: $0.section).rows.contains { $0.name == name }
            }?.section
        }
        await openSection(Int(try #require(at))).value
        return try #require(row(name))
    }
}
