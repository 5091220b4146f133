import Baqylau
import ObserverModel
import SwiftUI

struct PlacesScreen: View {
    @Environment(\.say) private var say
    let model: PlacesModel
    /// A visit that began elsewhere is moved.
    let moving: Bool
    let open: @MainActor (Route) -> Void
    let back: @MainActor () -> Void

    var body: some View {
        Screen(say(moving ? .visitChangePlace : .placesTitle), model, back: within ? { model.leave() } : back) {
            Field(label: say(.placesSearch), name: "search", text: model.state.query) { model.type($0) }
            if within { Paragraph(model.state.within.map(\.label).joined(separator: " › ")) }
            if model.state.query.isEmpty && !within { ways }
            ForEach(model.state.found, id: \.code) { place($0) }
            if model.state.found.isEmpty { Paragraph(say(.placesNone)) }
            if !model.state.query.isEmpty && model.state.unlisted {
                Secondary(say(.placesUnlisted, model.state.query), "unlisted") { model.unlisted(open) }
            }
            if !moving { Secondary(say(.placesWithout), "no-place") { model.choose(nil, open) } }
        }
    }

    private var within: Bool { !model.state.within.isEmpty }

    @ViewBuilder private var ways: some View {
        Secondary(say(.placesNear), "near") { model.near() }
        ForEach(model.state.near, id: \.code) { place($0) }
        if !model.state.recent.isEmpty { Heading(say(.placesRecent)) }
        ForEach(model.state.recent, id: \.code) { place($0) }
        Heading(say(.placesAll))
    }

    private func place(_ place: PlaceView) -> some View {
        let away = place.metres.map { say(.placesAway, Double($0) / 1_000) }
        let path = place.path.joined(separator: " · ")
        let below = [away ?? "", path].filter { !$0.isEmpty }.joined(separator: " — ")
        let visitable = model.visitable(place)
        return Line(place.label, "place-\(place.code)", below: below, mark: visitable ? "" : "›") {
            if visitable { model.choose(place, open) } else { model.enter(place) }
        }
    }
}
