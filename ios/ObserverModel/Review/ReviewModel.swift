import Baqylau
import Observation

public struct ReviewState: Sendable {
    public var page: ReviewPage?
    public var reason = ""

    public var ready: Bool {
        guard let page else { return false }
        return !page.impossible && (!page.needsReason || filled(reason) != nil)
    }
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
        follow(core) { self.state.page = try await core { try $0.reviewPage(draft: draft) } }
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
