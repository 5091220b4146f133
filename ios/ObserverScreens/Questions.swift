import Baqylau
import ObserverModel
import SwiftUI

/// One question with its answer, what is wrong with it, and its note.
struct Question: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    let row: RowView

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            if row.kind == .group { Heading(row.label) } else { asked }
        }
        .id(row.key)
    }

    @ViewBuilder private var asked: some View {
        Paragraph(row.number.isEmpty ? row.label : row.number + ". " + row.label)
        if model.state.asked.contains(row.key) { Paragraph("✉ " + say(.asked)) }
        if !row.hint.isEmpty { Text(verbatim: row.hint).font(.callout) }
        if row.readOnly || model.state.finished { Paragraph(row.answerText) } else { answers }
        Below(model: model, row: row)
    }

    @ViewBuilder private var answers: some View {
        switch row.kind {
        case .selectOne: one
        case .selectMultiple: many
        case .integer, .decimal, .range: field(.numbers)
        case .text: field(.words)
        case .barcode:
            field(.words)
            Secondary(say(.scan), "scan-\(row.name)") { model.scan(row.key) }
        case .date, .time: DayField(model: model, row: row)
        case .moment:
            Paragraph(row.answerText)
            Secondary(say(.now), "now-\(row.name)") {
                let ms = nowMs()
                model.set(row.key, .moment(ms: ms, offsetMinutes: offsetMinutes(ms)))
            }
        case .position:
            Paragraph(row.answerText)
            Secondary(say(.visitPositionTake), "position-\(row.name)") { model.position(row.key) }
        case .attachment(let media): AttachmentField(model: model, row: row, media: media)
        case .acknowledge:
            Choice(say(.acknowledged), row.answer == .acknowledged, "\(row.name)=ok") {
                model.set(row.key, row.answer == .acknowledged ? nil : .acknowledged)
            }
        case .repeat(let fixed): if !fixed { rows }
        case .group, .note, .hidden: EmptyView()
        }
        if row.kind != .selectOne { ForEach(row.missing, id: \.self) { option(.none($0)) } }
    }

    @ViewBuilder private var one: some View {
        if case .paged = row.choices {
            Secondary(row.answerText.isEmpty ? say(.choose) : row.answerText, "choose-\(row.name)") { model.search(row, "") }
            ForEach(row.missing, id: \.self) { option(.none($0)) }
        } else {
            ForEach(options(of: row), id: \.self) { option($0) }
        }
    }

    @ViewBuilder private var many: some View {
        if case .all(let choices) = row.choices {
            ForEach(choices, id: \.choice) { choice in
                Choice(choice.label, chosen(choice), "\(row.name)=\(choice.name)") { model.toggle(row, choice) }
            }
        }
    }

    private func chosen(_ choice: ChoiceView) -> Bool {
        if case .many(let choices) = row.answer { choices.contains(choice.choice) } else { false }
    }

    private func option(_ option: ObserverModel.Option) -> some View {
        Choice(say.name(option), row.answer == option.answer, "\(row.name)=\(say.name(option))") { model.choose(row, option) }
    }

    @ViewBuilder private func field(_ keyboard: KeyboardKind) -> some View {
        Field(label: row.label, name: "field-\(row.name)", text: model.shown(row), keyboard: keyboard, finished: { model.finish(row.key) }) {
            model.type(row.key, $0)
        }
        if let wrong = model.state.wrong[row.key] { Paragraph("⚠ " + say(wrong)) }
    }

    @ViewBuilder private var rows: some View {
        let keys = repeated(row, in: model.state.rows)
        Secondary("+ " + say(.rowAdd), "add-\(row.name)") { model.addRow(row.key) }
        ForEach(Array(keys.enumerated()), id: \.offset) { at, key in
            Secondary(say(.rowRemove, at + 1), "remove-\(row.name)-\(at)") { model.removeRow(key) }
        }
    }
}

/// Questions with the same few choices, one under the other, their choices beside each other.
struct Grid: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    @Environment(\.dynamicTypeSize) private var size
    let rows: [RowView]

    var body: some View {
        ForEach(rows, id: \.key) { row in
            VStack(alignment: .leading, spacing: 8) {
                Paragraph(row.number + ". " + row.label)
                if model.state.finished { Paragraph(row.answerText) } else { cells(row) }
                Below(model: model, row: row)
            }
            .id(row.key)
        }
    }

    /// The largest letters leave no room beside each other.
    @ViewBuilder private func cells(_ row: RowView) -> some View {
        if size.isAccessibilitySize {
            VStack { ForEach(options(of: row), id: \.self) { cell(row, $0) } }
        } else {
            HStack { ForEach(options(of: row), id: \.self) { cell(row, $0) } }
        }
    }

    private func cell(_ row: RowView, _ option: ObserverModel.Option) -> some View {
        let chosen = row.answer == option.answer
        return Secondary((chosen ? "◉ " : "○ ") + say.name(option), "\(row.name)=\(say.name(option))") { model.choose(row, option) }
            .accessibilityLabel(row.label + ": " + say.name(option))
            .accessibilityAddTraits(chosen ? .isSelected : AccessibilityTraits())
    }
}

/// What is wrong with the answer, its note, and the ways to add one.
struct Below: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    let row: RowView

    var body: some View {
        ForEach(row.issues.filter { $0.issue != .unanswered }, id: \.self) { problem in
            let text = problem.text.isEmpty ? say(issueWord(problem.issue)) : problem.text
            Paragraph((problem.issue.preventsSigning ? "✗ " : "⚠ ") + text)
            if let reason = problem.confirmed {
                Paragraph(say(.issueConfirmed, reason))
            } else if problem.issue.asksWhy && !model.state.finished {
                Plain(say(.issueConfirm), "confirm-\(row.name)") { model.over(.confirm(problem)) }
            }
        }
        if let note = row.note { Paragraph("✎ " + note) }
        if asks && !model.state.paper { Plain(say(.noteAdd), "note-\(row.name)") { model.over(.note(row)) } }
    }

    private var asks: Bool {
        if case .repeat = row.kind { return false }
        return row.kind != .note && !row.readOnly && !model.state.finished
    }
}

extension Speech {
    func name(_ option: ObserverModel.Option) -> String {
        switch option {
        case .chosen(let choice): choice.label
        case .none(.doNotKnow): self(.missingDk)
        case .none(.notPermitted): self(.missingNp)
        case .none(.notApplicable): self(.missingNa)
        }
    }
}
