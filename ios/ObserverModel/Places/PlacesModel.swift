import Baqylau
import Foundation
import Observation

public struct PlacesState: Sendable {
    public var query = ""
    /// The places that were gone into, from the top.
    public var within: [PlaceView] = []
    public var found: [PlaceView] = []
    public var recent: [PlaceView] = []
    public var near: [PlaceView] = []
    /// Whether a place that is in no list may be written in words.
    public var unlisted = false
}

/// Finds one of ten thousand stations: by name or number, down the tree, near by, or once more.
@MainActor
@Observable
public final class PlacesModel: ScreenModel {
    public private(set) var state = PlacesState()
    @ObservationIgnored private let core: Core
    @ObservationIgnored private let checklist: String?
    @ObservationIgnored private let visit: String?
    @ObservationIgnored private let services: any Services
    @ObservationIgnored private var search: Task<Void, Never>?
    @ObservationIgnored private var levels: [String] = []
    @ObservationIgnored private var tree: [String] = []

    /// For a new visit with `checklist`, or for `visit`, which began elsewhere.
    public init(_ core: Core, checklist: String?, visit: String?, _ services: any Services) {
        self.core = core
        self.checklist = checklist
        self.visit = visit
        self.services = services
        super.init()
        act { try await self.begin() }
    }

    private func begin() async throws {
        let checklist = checklist
        let (lists, mission) = try await core { (try $0.checklists(), try $0.mission()) }
        for level in lists.filter({ checklist == nil || $0.id == checklist }).flatMap(\.places) where !levels.contains(level) {
            levels.append(level)
        }
        tree = mission.levels.map(\.code)
        let levels = levels
        state.recent = try await core { try $0.recentPlaces(levels: levels, limit: recentLimit) }
        state.unlisted = mission.unlistedPlaces
        find()
    }

    public func type(_ query: String) {
        state.query = query
        find()
    }

    /// Everything under a place.
    public func enter(_ place: PlaceView) {
        state.within.append(place)
        state.query = ""
        find()
    }

    public func leave() {
        _ = state.within.popLast()
        find()
    }

    private func find() {
        search?.cancel()
        let (query, within, levels, tree) = (state.query, state.within.last, levels, tree)
        search = act {
            let found = try await self.core { try places($0, query, within, levels, tree) }
            if !Task.isCancelled { self.state.found = found }
        }
    }

    @discardableResult
    public func near() -> Task<Void, Never> {
        let levels = levels
        return act {
            guard await self.services.permissions.ask(.position) else { return self.fail(Words(.errorPosition)) }
            guard let at = await self.services.locator.position() else { return self.fail(Words(.errorNoPosition)) }
            self.state.near = try await self.core { try $0.placesNear(levels: levels, from: at, limit: nearLimit) }
        }
    }

    /// Whether a visit may be there; otherwise there is more below it.
    public func visitable(_ place: PlaceView) -> Bool { levels.contains(place.level) }

    /// Begins a visit at a place, or without one; or moves the visit there.
    @discardableResult
    public func choose(_ place: PlaceView?, _ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        let (moved, checklist) = (visit, checklist)
        return once {
            let visit = try await self.core { core in
                guard let moved else { return try core.startVisit(place: place?.code, number: nil) }
                return try core.updateVisit(code: moved, update: .place(code: place?.code ?? ""))
            }
            guard let checklist else { return open(.visit(code: visit.code)) }
            let draft = try await self.core { try $0.startChecklist(visit: visit.code, checklist: checklist) }
            open(.checklist(draft: draft.id))
        }
    }

    /// A place that is in no list, in the observer's words.
    @discardableResult
    public func unlisted(_ open: @escaping @MainActor (Route) -> Void) -> Task<Void, Never> {
        let (visit, words) = (visit, state.query)
        return act {
            let code = try await self.core { core in
                let code = try visit ?? core.startVisit(place: nil, number: nil).code
                return try core.updateVisit(code: code, update: .unlisted(words: words)).code
            }
            open(.visit(code: code))
        }
    }
}

private let pageLimit: UInt32 = 60
private let nearLimit: UInt32 = 10
private let recentLimit: UInt32 = 5

/// Nothing typed: the next level of the tree. Otherwise whatever may be visited.
private func places(
    _ core: ObserverCore, _ query: String, _ within: PlaceView?, _ levels: [String], _ tree: [String]
) throws -> [PlaceView] {
    if !query.trimmingCharacters(in: .whitespaces).isEmpty {
        return try core.places(levels: levels, within: within?.code, query: query, offset: 0, limit: pageLimit)
    }
    let below = within.map { within in Array(tree.drop { $0 != within.level }.dropFirst()) } ?? tree
    for level in below {
        let found = try core.places(levels: [level], within: within?.code, query: "", offset: 0, limit: pageLimit)
        if !found.isEmpty { return found }
    }
    return []
}
