import Baqylau
import ObserverModel
import SwiftUI

struct VisitScreen: View {
    @Environment(\.say) private var say
    let model: VisitModel
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(model.state.page.map { say.name($0.visit) } ?? "", model, back: back) {
            if let page = model.state.page {
                let visit = page.visit
                if visit.forgotten {
                    Paragraph(say(.visitForgotten))
                } else if visit.unreadable {
                    Paragraph(say(.visitUnreadable))
                } else {
                    about(page)
                }
            }
        }
    }

    @ViewBuilder private func about(_ page: VisitPage) -> some View {
        let visit = page.visit
        Paragraph(say(.visitAbout, visit.code, page.team))
        if let path = visit.place?.path, !path.isEmpty { Paragraph(path.joined(separator: " · ")) }
        Secondary(say(.visitChangePlace), "change-place") { open(.places(visit: visit.code)) }
        checklists(page)
        times(visit)
        Heading(say(.visitOutcome))
        ForEach(outcomes, id: \.0) { outcome, word in
            Choice(say(word), visit.outcome == outcome, "outcome-\(outcome)") { model.went(outcome) }
        }
        Heading(say(.visitPosition))
        Paragraph(say(model.state.positionTaken ? .visitPositionTaken : .visitPositionWhy))
        Secondary(say(.visitPositionTake), "position") { model.position() }
    }

    @ViewBuilder private func checklists(_ page: VisitPage) -> some View {
        Heading(say(.visitChecklists))
        ForEach(page.drafts, id: \.draft.id) { line in
            let draft = line.draft
            let below = line.progress.map { say(.visitProgress, Int($0.answered), Int($0.asked)) } ?? ""
            let report = draft.finished ? line.report : nil
            Line(draft.title, "draft-\(draft.checklist)", below: below, mark: draft.finished ? "✓" : "✎") {
                open(report.map { .report(seq: $0) } ?? .checklist(draft: draft.id))
            }
            if draft.newer { Secondary(say(.visitCarry), "carry-\(draft.checklist)") { model.carry(draft.id, open) } }
        }
        ForEach(page.offered, id: \.id) { list in
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
