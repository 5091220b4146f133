import Baqylau
import Observation

public struct ReviewState: Sendable {
    public var draft: DraftView?
    public var visit: VisitView?
    public var mission: MissionView?
    public var problems: [Problem] = []
    /// What the questions are called that have problems.
    public var names: [Key: String] = [:]
    public var numbers: [RowView] = []
    public var attachments = 0
    /// What an amendment changes.
    public var changes: [AnswerChange] = []
    public var left: [Leftover] = []
    public var progress = Progress(answered: 0, asked: 0)
    public var reason = ""

    public var impossible: Bool { problems.contains { $0.issue.preventsSigning } }

    /// Signing needs a reason when something is missing or unlikely and not confirmed.
    public var needsReason: Bool {
        problems.contains { $0.issue == .unanswered || $0.issue.asksWhy && $0.confirmed == nil }
    }

    public var ready: Bool { draft != nil && !impossible && (!needsReason || filled(reason) != nil) }
}

extension Issue {
    /// What is to be confirmed with a reason.
    public var asksWhy: Bool { self == .warning || self == .notOffered || self == .unanswered }

    /// What no reason makes good: the answer has to be changed.
    public var preventsSigning: Bool { self == .error || self == .tooManyRows }
}

/// What is wrong, what the numbers are, and what will be sent to whom.
@MainActor
@Observable
public final class ReviewModel: ScreenModel {
    public private(set) var state = ReviewState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let id: Int64
    @ObservationIgnored private let delivery: any Delivery

    public init(_ core: Core, _ draft: Int64, _ delivery: any Delivery) {
        self.core = core
        id = draft
        self.delivery = delivery
        super.init()
        follow(core) { try await self.look() }
    }

    private func look() async throws {
        let id = id
        var seen = try await core { try reviewState($0, id) }
        seen.reason = state.reason
        state = seen
    }

    public func reason(_ text: String) { state.reason = text }

    /// Signs and seals; then it waits in the outbox, whatever happens to the phone.
    @discardableResult
    public func sign(_ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        let (id, reason) = (id, filled(state.reason))
        return act {
            let report = try await self.core { try $0.finalise(draft: id, incomplete: reason) }
            self.delivery.plan()
            open(.report(seq: report.seq))
        }
    }
}

private func reviewState(_ core: ObserverCore, _ id: Int64) throws -> ReviewState {
    let rows = try core.sections(draft: id).filter(\.shown).flatMap {
        try core.openSection(draft: id, section: $0.section).rows
    }
    var state = ReviewState()
    state.visit = try core.visits().first { $0.drafts.contains { $0.id == id } }
    state.draft = state.visit?.drafts.first { $0.id == id }
    state.mission = try core.mission()
    state.problems = try core.issues(draft: id)
    for row in rows {
        state.names[row.key] = [row.number, row.label].filter { !$0.isEmpty }.joined(separator: ". ")
        if case .integer = row.answer, !row.answerText.isEmpty { state.numbers.append(row) }
        if case .attachment = row.answer { state.attachments += 1 }
    }
    state.changes = try changes(core, id)
    state.left = try core.leftovers(draft: id)
    state.progress = try core.progress(draft: id)
    return state
}

/// What an amendment changes; nothing when it is a first report.
private func changes(_ core: ObserverCore, _ id: Int64) throws -> [AnswerChange] {
    do {
        return try core.changes(draft: id)
    } catch BaqylauError.Invalid {
        return []
    }
}
