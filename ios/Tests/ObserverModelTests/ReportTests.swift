import Baqylau
import Foundation
import Testing

@testable import ObserverModel

/// What becomes of a report after it was signed.
@Suite(.serialized) @MainActor
struct ReportTests {
    @Test func theNetworkIsLostAndComesBack() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        try mission.ask("cut 0")
        _ = try await device.incident()
        let home = try device.home()
        try await until("what waits") { home.state.summary?.waiting == 1 }
        await home.send().value
        #expect(home.error?.word == .troubleUnreachable && home.state.againMs != nil)
        device.twin.network.there = false
        try await until("no network") { !home.state.connected }
        #expect(device.twin.planned > 1)
        try mission.ask("whole")
        device.twin.network.there = true
        try await until("the network") { home.state.connected }
        // Earlier failures are waited for: the system lets it try as often as it likes.
        try await until("all is safe") {
            _ = try await device.session.deliver()
            return home.state.summary?.allStored == true
        }
    }

    @Test func aMissionThatIsNotPublishedIsSaidAndEverythingIsSentAgain() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        _ = try await device.incident()
        let home = try device.home()
        await home.send().value
        #expect(home.error == nil)
        let settings = SettingsModel(try device.core, device.session, device.look, device.twin)
        await settings.sendAgain().value
        #expect(settings.state.sentAgain && settings.error == nil)
        try mission.ask("lost")
        _ = try await device.incident()
        await home.send().value
        #expect(home.error?.word == .troubleUnpublished)
        try mission.ask("publish")
        await settings.sendAgain().value
        // It is there, and nobody calls it stored: this log does not go on from the one that was lost.
        #expect(!settings.state.sentAgain && settings.error?.word == .errorLater)
        let summary = try await device.core { try $0.summary() }
        #expect(summary.log == .unproved && !summary.allStored)
        #expect((try mission.ask("desk")["reports"] as? [Any])?.count == 2)
    }

    @Test func eachTroubleHasASentenceOfItsOwn() {
        let troubles: [Trouble?] = [.unreachable, .silent, .foreign, .busy, .unpublished, .full, nil]
        #expect(Set(troubles.map { waiting($0).word }).count == troubles.count)
    }

    @Test func aReportThatTheServerDoesNotTakeSaysWhy() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        _ = try await device.incident()
        let home = try device.home()
        await home.send().value
        #expect(home.error == nil)
        try mission.ask("revoke")
        _ = try await device.incident()
        await home.send().value
        #expect(home.error?.word == .errorRevoked)
        let reports = ReportsModel(try device.core)
        try await until("the reports") { reports.state.reports.count == 2 }
        guard case .stuck(.revoked, _) = reports.state.reports[0].report.state else { throw Absent(what: "stuck") }
        guard case .read = reports.state.reports[1].report.state else { throw Absent(what: "read") }
    }

    @Test func aQuestionOfTheCoordinatorsIsAnswered() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let hash = try await device.incident()
        await (try device.home()).send().value
        try mission.ask("about \(hash) what What did they shout?")
        await device.session.lock()
        #expect(try await device.session.deliver()?.letters == 1)
        await device.unlock()
        let home = try device.home()
        try await until("a question") { home.state.questions == 1 }
        let reports = ReportsModel(try device.core)
        try await until("the letter") { reports.state.letters.count == 1 }
        #expect(reports.state.letters[0].text == "What did they shout?")
        reports.ask(.answer(reports.state.letters[0]))
        await reports.because("I remember now") { device.navigator.open($0) }.value
        let page = try await device.open(device.navigator.route)
        let row = try #require(page.state.rows.first { $0.name == "what" }, "the section of the question is open")
        #expect(page.state.asked == [row.key])
        page.type(row.key, "Go home")
        let review = try await device.review(page)
        #expect(review.state.page?.changes.contains { $0.name == "what" && $0.after == "Go home" } == true)
        try await device.sign(page)
        await home.send().value
        try await until("no question") { home.state.questions == 0 && home.state.summary?.allStored == true }
        let desk = try #require(try mission.ask("desk")["reports"] as? [[String: Any]])
        #expect(desk.compactMap { $0["status"] as? String } == ["superseded", "counted"])
        #expect((desk[1]["answers"] as? [String: String])?["what"] == "Go home")
    }

    @Test func aFullDiskIsSaidAndNothingIsLost() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        await (try device.home()).incident { device.navigator.open($0) }.value
        let page = try await device.open(device.navigator.route)
        let row = try await page.goTo("what", try device.core)
        device.watch.fail(with: .DiskFull)
        await page.type(row.key, "A fight").value
        #expect(page.error?.word == .errorDiskFull)
        #expect(page.state.typed[row.key] == "A fight" && !page.state.saved)
        device.watch.fail(with: nil)
        await page.leave {}.value
        #expect(page.state.saved)
        #expect(try await device.row(page.draft, "what")?.answerText == "A fight")
    }

    @Test func aCallForHelpGoesFirst() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        // Nobody waits for satellites.
        device.twin.foundAfter = .seconds(600)
        let home = try device.home()
        home.askSos(true)
        await home.sos().value
        #expect(home.state.sosSent && !home.state.askSos && home.error == nil)
        #expect((try mission.ask("desk")["reports"] as? [Any])?.count == 1)
    }
}
