import Baqylau
import ObserverModel
import SwiftUI

struct HomeScreen: View {
    @Environment(\.say) private var say
    let model: HomeModel
    let open: @MainActor (Route) -> Void
    let lock: @MainActor () -> Void

    var body: some View {
        Screen(model.state.mission?.title ?? "", model, back: nil) {
            Plain(say(.lockNow), "lock", lock)
            if let summary = model.state.summary { safety(summary) }
            if let mission = model.state.mission { warnings(mission) }
            attention
            Heading(say(.homeToday))
            if model.state.visits.isEmpty { Paragraph(say(.homeNoVisits)) }
            ForEach(model.state.visits, id: \.code) { visit in VisitLine(visit: visit, open: open) }
            Heading(say(.homeMore))
            Line(say(.workTitle), "work") { open(.work) }
            Line(say(.reportsTitle), "reports") { open(.reports) }
            Line(say(.lettersTitle), "all-letters") { open(.letters) }
            Line(say(.courierTitle), "courier") { open(.courier) }
            Line(say(.settingsTitle), "settings") { open(.settings) }
        } bottom: {
            Primary(say(.homeNewVisit), "new-visit") { open(.places()) }
            HStack {
                Secondary(say(.homeIncident), "incident") { model.incident(open) }
                Primary(say(.sos), "sos") { model.askSos(true) }.tint(.red)
            }
        }
        .alert(say(.sos), isPresented: Binding(get: { model.state.askSos }, set: { model.askSos($0) })) {
            Button(role: .destructive, action: { model.sos() }) { Text(verbatim: say(.sosYes)) }
            Button(role: .cancel, action: { model.askSos(false) }) { Text(verbatim: say(.cancel)) }
        } message: {
            Text(verbatim: say(.sosAsk))
        }
    }

    private func words(_ summary: Summary) -> String {
        if summary.allSafe { return "✓ " + say(.homeAllSafe) }
        if summary.allStored { return "◔ " + say(.homeAllStored) }
        let open = Int(summary.waiting + summary.stuck + summary.missing)
        return "◷ " + (open > 0 ? say(.homeWaiting, open) : say(.homeFiles, Int(summary.attachmentsWaiting)))
    }

    @ViewBuilder private func safety(_ summary: Summary) -> some View {
        Text(verbatim: words(summary)).font(.title2).accessibilityIdentifier("safety")
        if summary.drafts > 0 { Paragraph(say(.homeDrafts, Int(summary.drafts))) }
        if let log = logWord(summary.log) { Paragraph("⚠ " + say(log)) }
        if model.state.sosSent { Paragraph(say(.sosSigned)) }
        if !summary.allStored {
            if !model.state.connected { Paragraph(say(.homeOffline)) }
            if let again = model.state.againMs { Paragraph(say(.homeAgain, say.moment(again))) }
        }
        let send = summary.allStored ? say(.homeFetch) : model.state.sending ? say(.homeSending) : say(.homeSend)
        Secondary(send, "send") { model.send() }.disabled(model.state.sending)
    }

    @ViewBuilder private func warnings(_ mission: MissionView) -> some View {
        if mission.expired { Paragraph("⚠ " + say(.homeExpired)) }
        if mission.overdue { Paragraph("⚠ " + say(.homeOverdue)) }
        if let refused = mission.bundleRefused { Paragraph("⚠ " + say(.homeBundleRefused) + " " + say(rejected(refused))) }
        if !mission.lacking.isEmpty {
            Paragraph("⚠ " + say(.homeLacking) + " " + mission.lacking.joined(separator: ", "))
        }
        // Two minutes: what a phone may be wrong by.
        if abs(mission.clockErrorMs) > 120_000 { Paragraph("⚠ " + say(.homeClock)) }
    }

    @ViewBuilder private var attention: some View {
        if model.state.questions > 0 {
            Line(say(.homeQuestions, model.state.questions), "letters", mark: "✉") { open(.letters) }
        }
        if model.state.due > 0 { Line(say(.homeDue, model.state.due), "due", mark: "⏰") { open(.work) } }
    }
}

struct VisitLine: View {
    @Environment(\.say) private var say
    let visit: VisitView
    let open: @MainActor (Route) -> Void

    var body: some View {
        Line(say.name(visit), "visit-\(visit.code)", below: visit.code, mark: mark) { open(.visit(code: visit.code)) }
    }

    private var mark: String {
        visit.drafts.contains { !$0.finished } ? "✎" : visit.drafts.isEmpty ? "○" : "✓"
    }
}

extension Speech {
    func name(_ visit: VisitView) -> String { visit.place?.label ?? visit.unlisted ?? self(.visitNoPlace) }
}
