import Baqylau
import Foundation
import Testing

let pin = "2468"

func phone(_ folder: URL) -> Phone {
    Phone(folder: folder.path, language: "en", boot: "", offsetMinutes: 0)
}

/// A folder that goes with the test.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

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
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../scenario.json").standardized
        return try JSONDecoder().decode(Scenario.self, from: Data(contentsOf: file))
    }
}

/// Plays the steps on one phone.
final class Player {
    private let mission: Mission
    private let vault: any KeyVault
    private var folder: URL
    private var core: ObserverCore
    private var draft: Int64

    init(_ mission: Mission, _ folder: URL, _ checklist: String) throws {
        self.mission = mission
        self.folder = folder
        vault = try fileVault(folder: folder.path + " vault")
        core = try ObserverCore.create(phone: phone(folder), vault: vault, pin: pin, invite: mission.invite(0))
        #expect(try core.enrol(budgetMs: 30_000).enrolled)
        let about = try #require(try core.checklists().first { $0.id == checklist })
        let place = try #require(
            try core.places(levels: about.places, within: nil, query: "", offset: 0, limit: 1).first)
        let visit = try core.startVisit(place: place.code, number: nil)
        draft = try core.startChecklist(visit: visit.code, checklist: checklist).id
    }

    private func row(_ name: String?) throws -> RowView? {
        let shown = try core.sections(draft: draft).filter(\.shown)
        let rows = try shown.flatMap { try core.openSection(draft: draft, section: $0.section).rows }
        return rows.first { $0.name == name }
    }

    func play(_ step: Step) throws {
        switch step.do {
        case "set":
            let key = try #require(try row(step.question)).key
            let answer = try core.readAnswer(draft: draft, key: key, text: #require(step.answer))
            _ = try core.setAnswer(draft: draft, key: key, answer: answer)
        case "shown": #expect(try row(step.question) != nil)
        case "hidden": #expect(try row(step.question) == nil)
        case "answered": #expect(try row(step.question)?.answerText == step.text)
        case "issue": #expect(try #require(try row(step.question)).issues.contains { "\($0.issue)" == step.issue })
        case "cannot_sign": try cannotSign(#require(step.question))
        case "kill": try kill()
        case "sign": _ = try core.finalise(draft: draft, incomplete: step.reason)
        case "state": #expect(try state(#require(step.report)) == step.state)
        case "cut": try mission.ask("cut \(#require(step.bytes))")
        case "whole": #expect(try mission.ask("whole")["lost"] as? Int ?? 0 > 0)
        case "sync": #expect(try core.syncNow(budgetMs: 30_000).delivered == step.delivered)
        case "amend": draft = try core.amend(report: #require(step.report), why: #require(step.why)).id
        case "changes":
            let change = try #require(try core.changes(draft: draft).first { $0.name == step.question })
            #expect(change.before == step.before && change.after == step.after)
        case "all_stored":
            let summary = try core.summary()
            #expect(summary.allStored && !summary.allSafe)
        case "read":
            _ = try core.syncNow(budgetMs: 30_000)
            #expect(try core.summary().allSafe && state(1) == "read")
        case "desk": try desk(step)
        default: Testing.Issue.record("no step \(step.do)")
        }
    }

    private func cannotSign(_ question: String) throws {
        do {
            _ = try core.finalise(draft: draft, incomplete: "for a test")
            Testing.Issue.record("it was signed")
        } catch let BaqylauError.Invalid(reason) {
            switch reason {
            case .impossible(let named, _), .unanswered(let named), .unconfirmed(let named): #expect(named == question)
            default: Testing.Issue.record("\(reason)")
            }
        }
    }

    /// What a kill leaves of the store.
    private func kill() throws {
        let left = folder.deletingLastPathComponent().appendingPathComponent("after a kill")
        try FileManager.default.copyItem(at: folder, to: left)
        folder = left
        core = try ObserverCore.open(phone: phone(left), vault: vault, pin: pin)
    }

    private func state(_ report: Int64) throws -> String {
        switch try #require(try core.reports().first { $0.seq == report }).state {
        case .waiting: "waiting"
        case .sending: "sending"
        case .stuck: "stuck"
        case .delivered: "delivered"
        case .missing: "missing"
        case .read: "read"
        }
    }

    private func desk(_ step: Step) throws {
        let reports = try #require(try mission.ask("desk")["reports"] as? [[String: Any]])
        #expect(reports.compactMap { $0["status"] as? String } == step.status)
        let question = try #require(step.question)
        #expect(reports.compactMap { ($0["answers"] as? [String: String])?[question] } == step.answers)
    }
}

@Test func oneDayOfOneObserver() throws {
    let (mission, folder, scenario) = (try Mission(), try Folder(), try Scenario.read())
    let player = try Player(mission, folder.url.appendingPathComponent("phone"), scenario.checklist)
    for step in scenario.steps {
        try player.play(step)
    }
}
