import Baqylau
import Foundation
import Testing

@testable import ObserverModel

/// A step of the scenario that every language plays.
struct Step: Decodable {
    let `do`: String
    let question, answer, text, issue, reason, state, why, before, after: String?
    let report: Int64?
    let bytes: Int?
    let delivered: UInt32?
    let status, answers: [String]?
}

struct Scenario: Decodable {
    let checklist: String
    let steps: [Step]

    static func read() throws -> Scenario {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../bindings/scenario.json").standardized
        return try JSONDecoder().decode(Scenario.self, from: Data(contentsOf: file))
    }
}

/// Plays the steps through the models of the screens.
@MainActor
final class Player {
    private let mission: Mission
    private var device: Device
    private var page: ChecklistModel

    init(_ mission: Mission, _ checklist: String) async throws {
        self.mission = mission
        device = try await Device.enrolled(mission)
        page = try await device.checklist(checklist)
    }

    private func row(_ name: String?) async throws -> RowView {
        try await page.goTo(try #require(name), try device.core)
    }

    func play(_ step: Step) async throws {
        switch step.do {
        case "set": try await set(step)
        case "shown": _ = try await row(step.question)
        case "hidden": #expect(page.row(try #require(step.question)) == nil)
        case "answered": #expect(try await row(step.question).answerText == step.text)
        case "issue": #expect(try await row(step.question).issues.contains { "\($0.issue)" == step.issue })
        case "cannot_sign": try await cannotSign()
        case "kill": try await kill()
        case "sign": try await device.sign(page, reason: try #require(step.reason))
        case "state": try await state(try #require(step.report), try #require(step.state))
        case "cut": try mission.ask("cut \(#require(step.bytes))")
        case "whole": #expect(try mission.ask("whole")["lost"] as? Int ?? 0 > 0)
        case "sync": try await sync(try #require(step.delivered))
        case "amend": try await amend(step)
        case "changes": try await changes(step)
        case "all_stored":
            let home = try device.home()
            try await until("all is stored") { home.state.summary?.allStored == true }
        case "read":
            let home = try device.home()
            await home.send().value
            try await until("all is safe") { home.state.summary?.allSafe == true }
        case "desk": try desk(step)
        default: Testing.Issue.record("no step \(step.do)")
        }
    }

    private func set(_ step: Step) async throws {
        let (row, text) = (try await row(step.question), try #require(step.answer))
        let chosen = options(of: row).first { if case .chosen(let choice) = $0 { choice.name == text } else { false } }
        if let chosen {
            await page.choose(row, chosen).value
        } else {
            page.type(row.key, text)
            await page.finish(row.key).value
        }
        #expect(page.state.saved && page.error == nil)
    }

    private func cannotSign() async throws {
        let review = try await device.review(page)
        #expect(review.state.page?.impossible == true && !review.state.ready)
        review.reason("for a test")
        #expect(!review.state.ready)
        await review.sign { _ in Testing.Issue.record("it was signed") }.value
        #expect(review.error?.word == .errorImpossible)
    }

    /// In the middle of a section.
    private func kill() async throws {
        let (draft, section) = (page.draft, page.state.section)
        device = try device.killed()
        await device.unlock()
        page = try await device.open(.checklist(draft: draft, section: section))
        #expect(page.state.section == section)
    }

    private func reports() async throws -> ReportsModel {
        let model = ReportsModel(try device.core)
        try await until("the reports") { !model.state.reports.isEmpty }
        return model
    }

    private func state(_ seq: Int64, _ wanted: String) async throws {
        let reports = try await reports()
        let report = try #require(reports.state.reports.first { $0.report.seq == seq }?.report)
        #expect("\(report.state)".hasPrefix(wanted))
    }

    private func sync(_ delivered: UInt32) async throws {
        let home = try device.home()
        let before = try await device.core { try $0.summary() }.delivered
        await home.send().value
        #expect(try await device.core { try $0.summary() }.delivered == before + delivered)
        #expect(home.error?.word == (delivered > 0 ? nil : .troubleUnreachable))
        #expect(device.twin.planned > 0)
    }

    private func amend(_ step: Step) async throws {
        let reports = try await reports()
        reports.ask(.amend(seq: try #require(step.report)))
        await reports.because(try #require(step.why)) { self.device.navigator.open($0) }.value
        page = try await device.open(device.navigator.route)
    }

    private func changes(_ step: Step) async throws {
        let review = try await device.review(page)
        let change = try #require(review.state.page?.changes.first { $0.name == step.question })
        #expect(change.before == step.before && change.after == step.after)
    }

    private func desk(_ step: Step) throws {
        let reports = try #require(try mission.ask("desk")["reports"] as? [[String: Any]])
        #expect(reports.compactMap { $0["status"] as? String } == step.status)
        let question = try #require(step.question)
        #expect(reports.compactMap { ($0["answers"] as? [String: String])?[question] } == step.answers)
        #expect(device.watch.called > 0 && device.watch.onMainThread == 0)
    }
}

@Suite(.serialized) @MainActor
struct ScenarioTests {
    @Test func oneDayOfOneObserver() async throws {
        let (mission, scenario) = (try Mission(), try Scenario.read())
        let player = try await Player(mission, scenario.checklist)
        for step in scenario.steps { try await player.play(step) }
    }
}
