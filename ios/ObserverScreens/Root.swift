import ObserverModel
import SwiftUI

/// Which screen is shown, by the state of the store and the way the observer went.
public struct Root: View {
    let observer: Observer
    let camera: any Camera
    @State private var courier = false

    public init(_ observer: Observer, camera: any Camera) {
        (self.observer, self.camera) = (observer, camera)
    }

    var session: Session { observer.session }
    var navigator: Navigator { observer.navigator }
    var look: Look { observer.look }
    var services: any Services { observer.services }

    public var body: some View {
        let say = Speech(look.language)
        shown
            .environment(\.say, say)
            .environment(\.picture) { [camera] in camera.picture($0) }
            .environment(\.locale, say.locale)
            .environment(\.layoutDirection, say.fromTheRight ? .rightToLeft : .leftToRight)
            .contrast(look.sun ? 1.5 : 1)
            .preferredColorScheme(look.sun ? .light : nil)
    }

    @ViewBuilder private var shown: some View {
        switch session.state {
        case .starting: ProgressView()
        case .noStore: enrol(nil)
        case .enrolling(let core): enrol(core)
        case .locked(let face, let left): LockScreen(model: lock, face: face, attemptsLeft: left).onAppear { navigator.forget() }
        case .lost: LostScreen(model: lock).onAppear { navigator.forget() }
        case .damaged(let file): DamagedScreen(model: lock, file: file).onAppear { navigator.forget() }
        case .broken(let words): BrokenScreen(model: lock, words: words).onAppear { navigator.forget() }
        case .open(let core): Inside(root: self, core: core, route: navigator.route).onAppear { navigator.passed() }
        }
    }

    private var lock: LockModel { navigator.gate("lock") { LockModel(session, services.face) } }

    @ViewBuilder private func enrol(_ core: Core?) -> some View {
        if courier, let core {
            let model = navigator.gate("courier") { CourierModel(core, session, services) }
            CourierScreen(model: model, camera: camera) { courier = false }
        } else {
            let model = navigator.gate("enrol") { EnrolModel(session, services.permissions, fetching: core != nil) }
            EnrolScreen(model: model, camera: camera) { courier = true }
        }
    }
}

/// What the settings show.
let version = "0.1.0"

/// The screens of an open store.
private struct Inside: View {
    let root: Root
    let core: Core
    let route: Route

    var body: some View {
        let (way, services, camera) = (root.navigator, root.services, root.camera)
        let open: @MainActor (Route) -> Void = { way.open($0) }
        let back: @MainActor () -> Void = { way.back() }
        switch route {
        case .home:
            HomeScreen(model: way.model(route) { HomeModel(core, services) }, open: open) {
                Task { await root.session.lock() }
            }
        case .places(let checklist, let visit):
            let model = way.model(route) { PlacesModel(core, checklist: checklist, visit: visit, services) }
            PlacesScreen(model: model, moving: visit != nil, open: { way.replace($0) }, back: back)
        case .visit(let code):
            VisitScreen(model: way.model(route) { VisitModel(core, code, services) }, open: open, back: back)
        case .checklist(let draft, let section, let letter):
            let model = way.model(route) { ChecklistModel(core, draft: draft, section: section, letter: letter, services) }
            ChecklistScreen(model: model, camera: camera, open: open, back: back)
        case .review(let draft):
            let model = way.model(route) { ReviewModel(core, draft, services.delivery) }
            ReviewScreen(model: model, open: open, signed: { way.home(); way.open($0) }, back: back)
        case .reports: ReportsScreen(model: way.model(route) { ReportsModel(core) }, open: open, back: back)
        case .report(let seq):
            ReportScreen(model: way.model(route) { ReportsModel(core) }, seq: seq, open: open, back: back)
        case .letters: LettersScreen(model: way.model(route) { ReportsModel(core) }, open: open, back: back)
        case .work: WorkScreen(model: way.model(route) { WorkModel(core) }, open: open, back: back)
        case .courier:
            CourierScreen(model: way.model(route) { CourierModel(core, root.session, services) }, camera: camera, back: back)
        case .settings:
            let model = way.model(route) { SettingsModel(core, root.session, root.look, services) }
            SettingsScreen(model: model, look: root.look, version: version, back: back)
        }
    }
}
