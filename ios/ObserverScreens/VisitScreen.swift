import Baqylau
import ObserverModel
import SwiftUI

struct VisitScreen: View {
    @Environment(\.say) private var say
    let model: VisitModel
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(model.state.visit.map { say.name($0) } ?? "", model, back: back) {
            if let visit = model.state.visit {
                if visit.forgotten {
                    Paragraph(say(.visitForgotten))
                } else if visit.unreadable {
                    Paragraph(say(.visitUnreadable))
                } else {
                    about(visit)
                }
            }
        }
    }

    @ViewBuilder private func about(_ visit: VisitView) -> some View {
        Paragraph(say(.visitAbout, visit.code, model.state.team))
        if let path = visit.place?.path, !path.isEmpty { Paragraph(path.joined(separator: " · ")) }
        Secondary(say(.visitChangePlace), "change-place") { open(.places(visit: visit.code)) }
        checklists(visit)
        times(visit)
        Heading(say(.visitOutcome))
        ForEach(outcomes, id: \.0) { outcome, word in
            Choice(say(word), visit.outcome == outcome, "outcome-\(outcome)") { model.went(outcome) }
        }
        Heading(say(.visitPosition))
        Paragraph(say(model.state.positionTaken ? .visitPositionTaken : .visitPositionWhy))
        Secondary(say(.visitPositionTake), "position") { model.position() }
    }

    @ViewBuilder private func checklists(_ visit: VisitView) -> some View {
        Heading(say(.visitChecklists))
        ForEach(visit.drafts, id: \.id) { draft in
            let progress = model.state.progress[draft.id]
            let below = progress.map { say(.visitProgress, Int($0.answered), Int($0.asked)) } ?? ""
            let report = draft.finished ? model.state.reports[draft.id] : nil
            Line(draft.title, "draft-\(draft.checklist)", below: below, mark: draft.finished ? "✓" : "✎") {
                open(report.map { .report(seq: $0) } ?? .checklist(draft: draft.id))
            }
            if draft.newer { Secondary(say(.visitCarry), "carry-\(draft.checklist)") { model.carry(draft.id, open) } }
        }
        ForEach(model.state.offered, id: \.id) { list in
            Line(list.title, "start-\(list.id)", mark: "+") { model.start(list.id, open) }
        }
    }

    @ViewBuilder private func times(_ visit: VisitView) -> some View {
        Heading(say(.visitTimes))
        Paragraph(say(.visitArrived, visit.arrivedMs.map { say.moment($0) } ?? "—"))
        Paragraph(say(.visitDeparted, visit.departedMs.map { say.moment($0) } ?? "—"))
        Secondary(say(.visitArrive), "arrive") { model.arrive() }
        Primary(say(.visitLeave), "leave") { model.leave() }
    }
}

private let outcomes: [(Outcome, Word)] = [
    (.observed, .outcomeObserved), (.refused, .outcomeRefused), (.expelled, .outcomeExpelled),
    (.closed, .outcomeClosed), (.notFound, .outcomeNotFound), (.unsafe, .outcomeUnsafe),
]
