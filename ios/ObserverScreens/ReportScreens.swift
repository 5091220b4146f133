import Baqylau
import ObserverModel
import SwiftUI

struct ReportsScreen: View {
    @Environment(\.say) private var say
    let model: ReportsModel
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(say(.reportsTitle), model, back: back) {
            if model.state.reports.isEmpty { Paragraph(say(.reportsNone)) }
            ForEach(model.state.reports, id: \.report.seq) { line in
                let report = line.report
                let words = say(stateWord(report.state)) + " · " + say.moment(report.signedMs)
                let title = line.title + " · " + report.visit
                Line(title, "report-\(report.seq)", below: words, mark: mark(report)) { open(.report(seq: report.seq)) }
            }
        }
    }
}

struct ReportScreen: View {
    @Environment(\.say) private var say
    let model: ReportsModel
    let seq: Int64
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        let line = model.state.reports.first { $0.report.seq == seq }
        let amended = model.state.reports.contains { $0.report.amends == seq }
        if let asking = model.state.asking {
            Why(asking: asking, model: model, open: open)
        } else {
            Screen(line?.title ?? "", model, back: back) {
                if let line { about(line, amended) }
            } bottom: {
                if line != nil && !amended {
                    Primary(say(.reportAmend), "amend") { model.ask(.amend(seq: seq)) }
                }
            }
        }
    }

    @ViewBuilder private func about(_ line: ReportLine, _ amended: Bool) -> some View {
        let report = line.report
        Paragraph(mark(report) + " " + say(stateWord(report.state)))
        receipt(report)
        Paragraph(say(.reportSigned, say.moment(report.signedMs), report.visit))
        if amended { Paragraph(say(.reportAmended)) }
        if let first = report.amends { Line(say(.reportAmends), "amends") { open(.report(seq: first)) } }
        ForEach(line.changes, id: \.self) { ChangeLine(change: $0) }
        ForEach(model.state.letters.filter { $0.report == seq }, id: \.id) { Letter(letter: $0, model: model) }
        Line(say(.reportLook), "look") { open(.checklist(draft: report.draft)) }
    }

    @ViewBuilder private func receipt(_ report: ReportView) -> some View {
        if case .delivered(let index, let received) = report.state {
            Paragraph(say(.reportReceipt, Int64(index), say.moment(received), report.hash))
        }
        if case .stuck(let why, _) = report.state { ErrorCard(words: refused(why)) }
        if report.state == .missing { Paragraph(say(.reportMissing, report.hash)) }
        if report.state == .read { Paragraph(say(.reportRead, report.hash)) }
        if report.attachments > 0 {
            Paragraph(say(.reportAttachments, Int(report.attachmentsDelivered), Int(report.attachments)))
        }
        if let problem = report.attachmentProblem { ErrorCard(words: refused(problem)) }
    }
}

struct LettersScreen: View {
    @Environment(\.say) private var say
    let model: ReportsModel
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        if let asking = model.state.asking {
            Why(asking: asking, model: model, open: open)
        } else {
            Screen(say(.lettersTitle), model, back: back) {
                if model.state.letters.isEmpty { Paragraph(say(.lettersNone)) }
                ForEach(model.state.letters, id: \.id) { Letter(letter: $0, model: model) }
            }
        }
    }
}

private struct Letter: View {
    @Environment(\.say) private var say
    let letter: LetterView
    let model: ReportsModel

    var body: some View {
        let about = letter.report != nil || letter.handed != nil
        Heading("✉ " + say.moment(letter.writtenMs))
        Paragraph(letter.text)
        ForEach(letter.questions, id: \.self) { Paragraph("• " + $0.name) }
        if about && letter.answered { Paragraph("✓ " + say(.letterAnswered)) }
        if about && !letter.answered {
            Secondary(say(.letterAnswer), "answer-\(letter.id)") { model.ask(.answer(letter)) }
        }
    }
}

private struct Why: View {
    @Environment(\.say) private var say
    let asking: Asking
    let model: ReportsModel
    let open: @MainActor (Route) -> Void

    var body: some View {
        Ask(title: say(.reportAmend), about: about, begin: "", cancel: { model.ask(nil) }) { model.because($0, open) }
    }

    private var about: String {
        if case .answer(let letter) = asking { letter.text } else { say(.reportAmendWhy) }
    }
}

func stateWord(_ state: ReportState) -> Word {
    switch state {
    case .waiting: .stateWaiting
    case .sending: .stateSending
    case .stuck: .stateStuck
    case .delivered: .stateDelivered
    case .missing: .stateMissing
    case .read: .stateRead
    }
}

/// The state as a sign.
private func mark(_ report: ReportView) -> String {
    switch report.state {
    case .waiting: "◷"
    case .sending: "↑"
    case .stuck: "✗"
    case .delivered: report.attachmentsDelivered < report.attachments ? "◔" : "✓"
    case .missing: "?"
    case .read: report.attachmentsRead < report.attachments ? "✓" : "✓✓"
    }
}

/// Asks for a text: a note, a reason.
struct Ask: View {
    @Environment(\.say) private var say
    let title: String
    let about: String
    let begin: String
    let cancel: @MainActor () -> Void
    let said: @MainActor (String) -> Void
    @State private var text: String?

    init(
        title: String, about: String, begin: String, cancel: @escaping @MainActor () -> Void,
        said: @escaping @MainActor (String) -> Void
    ) {
        (self.title, self.about, self.begin, self.cancel, self.said) = (title, about, begin, cancel, said)
        _text = State(initialValue: nil)
    }

    var body: some View {
        Screen(title, nil, back: cancel) {
            Paragraph(about)
            Field(label: title, name: "ask", text: text ?? begin) { text = $0 }
        } bottom: {
            Primary(say(.ok), "ask-ok") { said(text ?? begin) }
        }
    }
}
