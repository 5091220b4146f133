import Baqylau
import ObserverModel
import SwiftUI

struct ChecklistScreen: View {
    @Environment(\.say) private var say
    @Environment(\.scenePhase) private var phase
    let model: ChecklistModel
    let camera: any Camera
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        shown
            // What is typed is kept before the app goes out of sight.
            .onChange(of: phase) { _, now in if now != .active { model.pause(gone: now == .background) } }
    }

    @ViewBuilder private var shown: some View {
        switch model.state.over {
        case .sections: Sections(model: model)
        case .photograph(let key):
            Screen(say(.photograph), model, back: { model.over(nil) }) {
                camera.photograph(say(.photograph), taken: { model.photographed(key, $0) }, failed: { model.cameraFailed() })
            }
        case .scan(let key):
            Screen(say(.scan), model, back: { model.over(nil) }) {
                camera.scan(read: { model.scanned(key, $0) }, failed: { model.cameraFailed() })
            }
        case .search(let row, let query, let found): Search(model: model, row: row, query: query, found: found)
        case .note(let row):
            Ask(title: say(.noteAdd), about: row.label, begin: row.note ?? "", cancel: { model.over(nil) }) {
                model.note(row, $0)
            }
        case .confirm(let problem):
            Ask(title: say(.issueConfirm), about: problem.text, begin: "", cancel: { model.over(nil) }) {
                model.confirm(problem, $0)
            }
        case nil: page
        }
    }

    private var page: some View {
        let state = model.state
        return Screen(state.title, model, back: { model.leave(back) }, focus: state.focus) {
            if !state.finished { Text(verbatim: state.saved ? "✓ " + say(.saved) : "… " + say(.saving)) }
            ProgressView(value: Double(state.progress.answered), total: Double(max(1, state.progress.asked)))
            let head = state.sections.first { Int($0.section) == state.section }
            Plain("☰ " + (head?.title ?? ""), "sections") { model.over(.sections) }
            if !state.finished {
                Plain(say(state.paper ? .paperOff : .paperOn), "paper") { model.paper(!state.paper) }
            }
            if state.paper { Paper(model: model) } else { rows }
        } bottom: {
            steps
        }
    }

    private var rows: some View {
        ForEach(blocks(of: model.state.rows), id: \.rows[0].key) { block in
            switch block {
            case .grid(let rows): Grid(model: model, rows: rows)
            case .single(let row): Question(model: model, row: row)
            }
        }
    }

    @ViewBuilder private var steps: some View {
        let state = model.state
        let left = Int(state.progress.asked) - Int(state.progress.answered)
        if left > 0 && !state.finished { Secondary(say(.checklistJump, left), "jump") { model.jump() } }
        if state.following != nil || !state.finished {
            let next = state.following.map { say(.checklistNext, $0.title) } ?? say(.checklistReview)
            Primary(next, "next") { model.next { open(.review(draft: model.draft)) } }
        }
    }
}

/// Every section with its phase and how far it is, in any order.
private struct Sections: View {
    @Environment(\.say) private var say
    let model: ChecklistModel

    var body: some View {
        Screen(model.state.title, model, back: { model.over(nil) }) {
            ForEach(phases, id: \.1) { phase, word in
                let inside = model.state.shown.filter { $0.phase == phase }
                if !inside.isEmpty { Heading(say(word)) }
                ForEach(inside, id: \.section) { head in
                    let (answered, asked) = (head.progress.answered, head.progress.asked)
                    let mark = answered == asked ? "✓" : "\(answered)/\(asked)"
                    Line(head.title, "section-\(head.section)", mark: mark) { model.openSection(Int(head.section)) }
                }
            }
        }
    }
}

private let phases: [(Phase?, Word)] = [
    (.arrival, .phaseArrival), (.observing, .phaseObserving), (.leaving, .phaseLeaving), (nil, .phaseAny),
]

/// Choices that are too many to show at once.
private struct Search: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    let row: RowView
    let query: String
    let found: [ChoiceView]

    var body: some View {
        Screen(row.label, model, back: { model.over(nil) }) {
            Field(label: say(.placesSearch), name: "search", text: query) { model.search(row, $0) }
            ForEach(found, id: \.choice) { choice in
                Line(choice.label, "choice-\(choice.name)") {
                    model.over(nil)
                    model.set(row.key, .one(choice: choice.choice))
                }
            }
        }
    }
}

/// From a paper form: one question at a time; its numbers answer it, and the next one comes by itself.
private struct Paper: View {
    @Environment(\.say) private var say
    let model: ChecklistModel

    var body: some View {
        if let row = model.state.rows.first(where: { $0.key == model.state.focus }) {
            let options = options(of: row)
            if options.isEmpty {
                Question(model: model, row: row)
                Primary(say(.paperNext), "paper-next") { model.jump() }
            } else {
                Heading(row.number + ". " + row.label)
                ForEach(Array(options.enumerated()), id: \.offset) { at, option in
                    Line("\(at + 1)   " + say.name(option), "paper-\(at + 1)") { model.fromPaper(row, option) }
                }
            }
        } else {
            Paragraph(say(.paperDone))
        }
    }
}
