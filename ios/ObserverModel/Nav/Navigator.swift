import Observation

/// The way back: routes with the models of their screens. Survives the process as far as the routes go.
@MainActor
@Observable
public final class Navigator {
    public private(set) var way: [Route]
    @ObservationIgnored private let save: ([String]) -> Void
    @ObservationIgnored private var models: [Route: ScreenModel] = [:]
    @ObservationIgnored private var gates: [String: ScreenModel] = [:]

    /// `saved`: the way as it was written last; `save` keeps it.
    public init(saved: [String] = [], save: @escaping ([String]) -> Void = { _ in }) {
        let read = saved.compactMap(Route.init(written:))
        way = read.isEmpty ? [.home] : read
        self.save = save
    }

    public var route: Route { way.last ?? .home }

    public func open(_ route: Route) { set(way.filter { $0 != route } + [route]) }

    /// Opens a screen instead of the one that is shown.
    public func replace(_ route: Route) { set(way.dropLast().filter { $0 != route } + [route]) }

    public func back() {
        if way.count > 1 { set(way.dropLast()) }
    }

    public func home() { set([.home]) }

    /// The model of a screen, made once.
    public func model<Model: ScreenModel>(_ route: Route, _ make: () -> Model) -> Model {
        if let there = models[route] as? Model { return there }
        let made = make()
        models[route] = made
        return made
    }

    /// The model of a screen before the store is open.
    public func gate<Model: ScreenModel>(_ name: String, _ make: () -> Model) -> Model {
        if let there = gates[name] as? Model { return there }
        let made = make()
        gates[name] = made
        return made
    }

    /// The store is open.
    public func passed() {
        gates.values.forEach { $0.close() }
        gates = [:]
    }

    /// Closes every screen: the store was locked.
    public func forget() {
        models.values.forEach { $0.close() }
        models = [:]
    }

    /// The store is gone: what the screens showed of it goes too.
    public func anew() {
        forget()
        passed()
        home()
    }

    private func set(_ next: [Route]) {
        for gone in models.keys where !next.contains(gone) {
            models.removeValue(forKey: gone)?.close()
        }
        save(next.map(\.written))
        way = next
    }
}
