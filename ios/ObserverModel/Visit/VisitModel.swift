import Baqylau
import Observation

public struct VisitState: Sendable {
    public var visit: VisitView?
    /// The checklists that may be begun here.
    public var offered: [ChecklistView] = []
    /// How far each open draft is.
    public var progress: [Int64: Progress] = [:]
    /// The reports of the signed drafts.
    public var reports: [Int64: Int64] = [:]
    public var team = ""
    public var positionTaken = false
}

/// One team at one place.
@MainActor
@Observable
public final class VisitModel: ScreenModel {
    public private(set) var state = VisitState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let code: String
    @ObservationIgnored private let services: any Services

    public init(_ core: Core, _ code: String, _ services: any Services) {
        self.core = core
        self.code = code
        self.services = services
        super.init()
        follow(core) { try await self.look() }
    }

    private func look() async throws {
        let code = code
        var seen = try await core { try visitState($0, code) }
        seen.positionTaken = state.positionTaken
        state = seen
    }

    @discardableResult
    public func start(_ checklist: String, _ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        let code = code
        return act {
            open(.checklist(draft: try await self.core { try $0.startChecklist(visit: code, checklist: checklist) }.id))
        }
    }

    /// Takes the answers over into the newer version of the checklist.
    @discardableResult
    public func carry(_ draft: Int64, _ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        act { open(.checklist(draft: try await self.core { try $0.carry(draft: draft) }.draft.id)) }
    }

    @discardableResult
    public func arrive() -> Task<Void, Never> {
        let ms = nowMs()
        return change(.arrived(ms: ms, offsetMinutes: offsetMinutes(ms)))
    }

    @discardableResult
    public func leave() -> Task<Void, Never> {
        let ms = nowMs()
        return change(.departed(ms: ms, offsetMinutes: offsetMinutes(ms)))
    }

    @discardableResult
    public func went(_ outcome: Outcome) -> Task<Void, Never> { change(.went(outcome: outcome)) }

    /// Once, because the observer asked.
    @discardableResult
    public func position() -> Task<Void, Never> {
        let code = code
        return act {
            guard await self.services.permissions.ask(.position) else { return self.fail(Words(.errorPosition)) }
            guard let at = await self.services.locator.position() else { return self.fail(Words(.errorNoPosition)) }
            _ = try await self.core { try $0.updateVisit(code: code, update: .position(at: at)) }
            self.state.positionTaken = true
        }
    }

    private func change(_ update: VisitUpdate) -> Task<Void, Never> {
        let code = code
        return act { _ = try await self.core { try $0.updateVisit(code: code, update: update) } }
    }
}

private func visitState(_ core: ObserverCore, _ code: String) throws -> VisitState {
    guard let visit = try core.visits().first(where: { $0.code == code }) else { return VisitState() }
    let started = Set(visit.drafts.map(\.checklist))
    var state = VisitState(visit: visit)
    state.offered = try core.checklists().filter { list in
        let fits = visit.place.map { list.places.contains($0.level) } ?? list.placeOptional
        return fits && !(list.once && started.contains(list.id))
    }
    for draft in visit.drafts where !draft.finished { state.progress[draft.id] = try core.progress(draft: draft.id) }
    for report in try core.reports() where report.visit == code { state.reports[report.draft] = report.seq }
    state.team = try core.mission().team
    return state
}
