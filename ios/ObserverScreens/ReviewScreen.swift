import Baqylau
import ObserverModel
import SwiftUI

struct ReviewScreen: View {
    @Environment(\.say) private var say
    let model: ReviewModel
    let open: @MainActor (Route) -> Void
    let signed: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(say(.reviewTitle), model, back: back) {
            if let visit = model.state.visit { about(visit) }
        } bottom: {
            if model.state.needsReason && !model.state.impossible {
                Field(label: say(.reviewReason), name: "reason", text: model.state.reason) { model.reason($0) }
            }
            Primary(say(.reviewSign), "sign") { model.sign(signed) }.disabled(!model.state.ready)
        }
    }

    @ViewBuilder private func about(_ visit: VisitView) -> some View {
        let state = model.state
        Paragraph(say(.visitProgress, Int(state.progress.answered), Int(state.progress.asked)))
        if state.problems.isEmpty { Paragraph("✓ " + say(.reviewNothing)) }
        ForEach(state.problems, id: \.self) { problem in line(problem) }
        if !state.numbers.isEmpty { Heading(say(.reviewNumbers)) }
        ForEach(state.numbers, id: \.key) { Paragraph("\($0.number). \($0.label): \($0.answerText)") }
        if !state.changes.isEmpty { Heading(say(.reviewChanges)) }
        ForEach(state.changes, id: \.self) { ChangeLine(change: $0) }
        if !state.left.isEmpty { Heading(say(.reviewLeft)) }
        ForEach(state.left, id: \.self) { Paragraph("\($0.name): \($0.text)") }
        sent(visit)
    }

    @ViewBuilder private func sent(_ visit: VisitView) -> some View {
        let (state, mission) = (model.state, model.state.mission)
        Heading(say(.reviewSent))
        Paragraph(
            say(.reviewWhat, state.draft?.title ?? "", say.name(visit), visit.code, mission?.team ?? "", state.attachments))
        Paragraph(say(.reviewWhom, mission?.title ?? "", mission?.fingerprint ?? ""))
    }

    private func line(_ problem: Problem) -> some View {
        let mark = problem.issue.preventsSigning ? "✗" : problem.confirmed != nil ? "✓" : "⚠"
        let text = problem.text.isEmpty ? say(issueWord(problem.issue)) : problem.text
        return Line(model.state.names[problem.key] ?? "", "problem-\(problem.key.node)", below: "\(mark) \(text)") {
            if let draft = model.state.draft { open(.checklist(draft: draft.id, section: Int(problem.section))) }
        }
    }
}

struct ChangeLine: View {
    let change: AnswerChange
    var body: some View { Paragraph("\(change.label): \(change.before ?? "—") → \(change.after ?? "—")") }
}

func issueWord(_ issue: Issue) -> Word {
    switch issue {
    case .unanswered: .issueUnanswered
    case .warning: .issueWarning
    case .error: .issueError
    case .notOffered: .issueNotOffered
    case .tooManyRows: .issueTooManyRows
    case .unfit: .issueUnfit
    }
}
