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
            if let page = model.state.page { about(page) }
        } bottom: {
            if let page = model.state.page, page.needsReason && !page.impossible {
                Field(label: say(.reviewReason), name: "reason", text: model.state.reason) { model.reason($0) }
            }
            Primary(say(.reviewSign), "sign") { model.sign(signed) }.disabled(!model.state.ready)
        }
    }

    @ViewBuilder private func about(_ page: ReviewPage) -> some View {
        Paragraph(say(.visitProgress, Int(page.progress.answered), Int(page.progress.asked)))
        if page.problems.isEmpty { Paragraph("✓ " + say(.reviewNothing)) }
        ForEach(page.problems, id: \.self) { line in about(line, page.draft.id) }
        if !page.numbers.isEmpty { Heading(say(.reviewNumbers)) }
        ForEach(page.numbers.indices, id: \.self) { Paragraph("\(page.numbers[$0].question): \(page.numbers[$0].number)") }
        if !page.changes.isEmpty { Heading(say(.reviewChanges)) }
        ForEach(page.changes, id: \.self) { ChangeLine(change: $0) }
        if !page.left.isEmpty { Heading(say(.reviewLeft)) }
        ForEach(page.left, id: \.self) { Paragraph("\($0.name): \($0.text)") }
        sent(page)
    }

    @ViewBuilder private func sent(_ page: ReviewPage) -> some View {
        let (visit, mission) = (page.visit, page.mission)
        Heading(say(.reviewSent))
        Paragraph(
            say(.reviewWhat, page.draft.title, say.name(visit), visit.code, mission.team, Int(page.attachments)))
        Paragraph(say(.reviewWhom, mission.title, mission.fingerprint))
    }

    private func about(_ line: ReviewProblem, _ draft: Int64) -> some View {
        let problem = line.problem
        let mark = problem.issue.preventsSigning ? "✗" : problem.confirmed != nil ? "✓" : "⚠"
        let text = problem.text.isEmpty ? say(issueWord(problem.issue)) : problem.text
        return Line(line.question, "problem-\(problem.key.node)", below: "\(mark) \(text)") {
            open(.checklist(draft: draft, section: Int(problem.section)))
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
