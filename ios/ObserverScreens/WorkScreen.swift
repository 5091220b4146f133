import Baqylau
import ObserverModel
import SwiftUI

struct WorkScreen: View {
    @Environment(\.say) private var say
    let model: WorkModel
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(say(.workTitle), model, back: back) {
            Heading(say(.workDue))
            if model.state.followUps.isEmpty { Paragraph(say(.workNothingDue)) }
            ForEach(model.state.followUps, id: \.draft.id) { put in
                let title = put.draft.title + " · " + put.visit
                Line(title, "follow-\(put.draft.id)", below: say.day(put.day), mark: put.due ? "⏰" : "") {
                    model.again(put, say(.workAgain), open)
                }
            }
            Heading(say(.workLog))
            ForEach(model.state.checklists, id: \.id) { list in
                Line(list.title, "log-\(list.id)", mark: "+") { open(.places(checklist: list.id)) }
            }
            Heading(say(.workVisits))
            ForEach(model.state.visits, id: \.code) { VisitLine(visit: $0, open: open) }
        }
    }
}
