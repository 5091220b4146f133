import Baqylau
import Observation

public struct WorkState: Sendable {
    public var checklists: [ChecklistView] = []
    public var followUps: [FollowUp] = []
    public var visits: [VisitView] = []
}

/// What is done over weeks: meetings, commission visits, campaign events, complaints, and what was put off.
@MainActor
@Observable
public final class WorkModel: ScreenModel {
    public private(set) var state = WorkState()
    @ObservationIgnored private let core: Core

    public init(_ core: Core) {
        self.core = core
        super.init()
        follow(core) {
            self.state = try await core {
                let visits = try $0.visits().filter { !$0.forgotten }
                return WorkState(checklists: try $0.checklists(), followUps: try $0.followUps(), visits: visits.reversed())
            }
        }
    }

    /// Looks again: the draft that is there, or an amendment of what was signed.
    @discardableResult
    public func again(_ put: FollowUp, _ why: String, _ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        act {
            guard let report = put.report else { return open(.checklist(draft: put.draft.id)) }
            open(.checklist(draft: try await self.core { try $0.amend(report: report, why: why) }.id))
        }
    }
}
