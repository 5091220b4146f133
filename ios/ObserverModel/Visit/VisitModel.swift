import Baqylau
import Observation

public struct VisitState: Sendable {
    public var page: VisitPage?
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
        follow(core) { self.state.page = try await core { try $0.visitPage(code: code) } }
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
