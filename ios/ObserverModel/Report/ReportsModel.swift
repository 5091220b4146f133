import Baqylau
import Observation

public struct ReportsState: Sendable {
    /// The latest first.
    public var reports: [ReportLine] = []
    public var letters: [LetterView] = []
    /// Which report or letter is being answered: why is asked first.
    public var asking: Asking?
}

public enum Asking: Equatable, Sendable {
    case amend(seq: Int64)
    case answer(LetterView)
}

/// The signed reports, how far each got, and what the coordinators ask about them.
@MainActor
@Observable
public final class ReportsModel: ScreenModel {
    public private(set) var state = ReportsState()
    @ObservationIgnored private let core: Core

    public init(_ core: Core) {
        self.core = core
        super.init()
        follow(core) { try await self.look() }
    }

    private func look() async throws {
        let page = try await core { try $0.reportsPage() }
        state.reports = page.reports
        state.letters = page.letters
    }

    public func ask(_ asking: Asking?) { state.asking = asking }

    /// Opens the report, or the one that the letter asks about, to be corrected.
    @discardableResult
    public func because(_ why: String, _ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        let asking = state.asking
        return once {
            let route: Route
            switch asking {
            case .amend(let seq): route = .checklist(draft: try await self.core { try $0.amend(report: seq, why: why) }.id)
            case .answer(let letter):
                let draft = try await self.core { try $0.answerLetter(letter: letter.id, why: why) }
                route = .checklist(draft: draft.id, letter: letter.id)
            case nil: return
            }
            // What was written stands until it is kept.
            self.state.asking = nil
            open(route)
        }
    }
}
