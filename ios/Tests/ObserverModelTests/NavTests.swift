import Testing

@testable import ObserverModel

/// The way back.
@MainActor
struct NavTests {
    @Test func everyRouteIsReadAsItWasWritten() {
        let routes: [Route] = [
            .home, .places(), .places(checklist: "voting", visit: nil), .places(checklist: nil, visit: "V-1"),
            .visit(code: "V-1"), .checklist(draft: 3), .checklist(draft: 3, section: 2, letter: 9), .review(draft: 3),
            .reports, .report(seq: 4), .letters, .work, .courier, .settings,
        ]
        for route in routes { #expect(Route(written: route.written) == route) }
        for text in ["", "visit/", "checklist/x", "nowhere"] { #expect(Route(written: text) == nil) }
    }

    @Test func theWayBackSurvivesTheProcess() {
        var kept: [String] = []
        let before = Navigator { kept = $0 }
        before.open(.work)
        before.open(.visit(code: "V-1"))
        before.open(.work)
        let after = Navigator(saved: kept)
        #expect(after.way == [.home, .visit(code: "V-1"), .work])
        after.replace(.settings)
        after.back()
        #expect(after.route == .visit(code: "V-1"))
        after.home()
        after.back()
        #expect(after.way == [.home])
    }
}
