import Baqylau
import Observation

public struct HomeState: Sendable {
    public var mission: MissionView?
    public var summary: Summary?
    /// Today's, the latest first.
    public var visits: [VisitView] = []
    /// How many letters wait for an answer.
    public var questions = 0
    /// How much is due to be looked at again.
    public var due = 0
    public var connected = true
    public var sending = false
    /// When it is tried again by itself.
    public var againMs: Int64?
    public var askSos = false
    public var sosSent = false
}

/// Where the day stands.
@MainActor
@Observable
public final class HomeModel: ScreenModel {
    public private(set) var state = HomeState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let services: any Services

    public init(_ core: Core, _ services: any Services) {
        self.core = core
        self.services = services
        super.init()
        follow(core) { try await self.look() }
        let connected = services.delivery.connected()
        launch { for await there in connected { self.state.connected = there } }
    }

    private func look() async throws {
        let (mission, summary, visits) = try await core { (try $0.mission(), try $0.summary(), try $0.visits()) }
        let (letters, due) = try await core { (try $0.letters(), try $0.followUps().filter { $0.due }.count) }
        state.mission = mission
        state.summary = summary
        state.visits = visits.filter { isOfToday($0) }.reversed()
        state.questions = letters.filter { !$0.answered && ($0.report != nil || $0.handed != nil) }.count
        state.due = due
    }

    /// Because the observer asked.
    @discardableResult
    public func send() -> Task<Void, Never> {
        act {
            if self.state.sending { return }
            self.state.sending = true
            defer {
                // What is left goes when there is a network, whether anybody looks or not.
                self.services.delivery.plan()
                self.state.sending = false
            }
            let done = try await self.core.sync(now: true)
            self.state.againMs = done.againMs
            if done.againMs != nil || done.refusal != nil { self.fail(waiting(done)) }
            for report in try await self.core({ try $0.reports() }) {
                if case .stuck(let why, _) = report.state { return self.fail(refused(why)) }
            }
        }
    }

    /// Starts an urgent checklist, at the place of the visit that is under way if it may be filled there.
    @discardableResult
    public func incident(_ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        once {
            let draft = try await self.core { core in
                guard let urgent = try core.checklists().first(where: \.urgent) else {
                    throw BaqylauError.Refused(why: .nothingUrgent, reason: "")
                }
                let here = try core.visits().last {
                    !$0.forgotten && $0.departedMs == nil && $0.arrivedMs.map(isToday) == true
                }
                let fits = here?.place.map { urgent.places.contains($0.level) } ?? urgent.placeOptional
                let visit = if let here, fits { here } else { try core.startVisit(place: nil, number: nil) }
                return try core.startChecklist(visit: visit.code, checklist: urgent.id)
            }
            open(.checklist(draft: draft.id))
        }
    }

    public func askSos(_ ask: Bool) { state.askSos = ask }

    /// Nothing stands before the signature: where the phone is comes along only if it may be known, and is at once.
    @discardableResult
    public func sos() -> Task<Void, Never> {
        state.askSos = false
        return once {
            let (locator, granted) = (self.services.locator, self.services.permissions.positionGranted)
            let position = granted ? await within(.seconds(2)) { await locator.position() } : nil
            _ = try await self.core { try $0.alarm(position: position) }
            self.state.sosSent = true
            self.services.delivery.plan()
            try await self.core.sync(now: true)
        }
    }
}

private func isOfToday(_ visit: VisitView) -> Bool {
    let begun = visit.departedMs == nil && visit.drafts.contains { !$0.finished }
    return !visit.forgotten && (visit.arrivedMs.map(isToday) ?? true || begun)
}
