import Baqylau
import Foundation
import Testing

@testable import ObserverModel

/// A checklist, question by question.
@Suite(.serialized) @MainActor
struct ChecklistTests {
    @Test func anotherLanguageInTheMiddleOfASection() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        let row = try await page.goTo("voters_on_list", try device.core)
        page.type(row.key, "1800")
        let settings = SettingsModel(try device.core, device.session, device.look, device.twin)
        await settings.setLanguage("kk").value
        try await until("the page in Kazakh") { page.state.title == "Дауыс беру" }
        await page.finish(row.key).value
        try await until("saved") { page.state.saved }
        #expect(page.row("voters_on_list")?.answer == .integer(value: 1_800))
        #expect(page.row("voters_on_list")?.label != row.label)
        #expect(device.look.language == "kk" && device.twin.language == "kk")
    }

    @Test func answersAndTurnedPagesAreNotDrawnOverEachOther() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        let row = try await page.goTo("voters_on_list", try device.core)
        let section = page.state.section
        let others = page.state.shown.map { Int($0.section) }.filter { $0 != section }
        for round in 0..<12 {
            let answered = page.set(row.key, .integer(value: Int64(round)))
            let turned = page.openSection(round % 2 == 0 ? others[round % others.count] : section)
            await turned.value
            await answered.value
            let (draft, at) = (page.draft, UInt32(page.state.section))
            let truth = try await device.core { try $0.openSection(draft: draft, section: at).rows }
            #expect(page.state.rows == truth, "round \(round)")
        }
    }

    @Test func whatWasTypedIsKeptBeforeThePageIsLeft() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        let row = try await page.goTo("voters_on_list", try device.core)
        page.type(row.key, "1800")
        #expect(!page.state.saved)
        var left = false
        await page.leave { left = page.state.saved }.value
        #expect(left)
        #expect(try await device.row(page.draft, "voters_on_list")?.answer == .integer(value: 1_800))
    }

    @Test func aNumberIsAnAnswerWhenItIsFinishedNotOnItsWay() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        let row = try await page.goTo("voters_on_list", try device.core)
        // The hand rests: that is no end.
        await page.type(row.key, "1").value
        #expect(try await device.row(page.draft, "voters_on_list")?.answer == nil)
        #expect(page.state.typed[row.key] == "1" && page.state.wrong.isEmpty && !page.state.saved)
        page.type(row.key, "13")
        await page.finish(row.key).value
        #expect(try await device.row(page.draft, "voters_on_list")?.answer == .integer(value: 13))
        #expect(page.state.saved)
        page.type(row.key, "14")
        await page.note(try #require(page.row("voters_on_list")), "From the list").value
        try await until("the number and the note are there") {
            page.row("voters_on_list")?.answer == .integer(value: 14) && page.row("voters_on_list")?.note == "From the list"
        }
        page.type(row.key, "15")
        await page.pause(gone: true).value
        #expect(try await device.row(page.draft, "voters_on_list")?.answer == .integer(value: 15), "the app out of sight")
        let (members, women) = (try await page.goTo("members_total", try device.core), try await page.goTo("members_women", try device.core))
        page.type(members.key, "7")
        page.type(women.key, "3")
        try await until("who types elsewhere has finished") { page.row("members_total")?.answer == .integer(value: 7) }
        #expect(page.row("members_women")?.answer == nil)
        let present = try await page.goTo("members_present", try device.core)
        await page.set(present.key, .missing(why: .doNotKnow)).value
        #expect(page.row("members_women")?.answer == .integer(value: 3), "who answers elsewhere has finished")
    }

    @Test func aRecordingThatEndsWithTheAppOutOfSightIsKeptAndSaid() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        await (try device.home()).incident { device.navigator.open($0) }.value
        let page = try await device.open(device.navigator.route)
        let voice = try await page.goTo("voice", try device.core).key
        await page.record(voice).value
        // Something of the system lies over the app: it goes on.
        await page.pause(gone: false).value
        #expect(page.state.recording == voice && page.error == nil)
        await page.pause(gone: true).value
        guard case .attachment = page.row("voice")?.answer else { throw Absent(what: "the voice") }
        #expect(page.error?.word == .errorRecording && device.twin.recording == 0)
    }

    @Test func whatCannotBeReadAndWhatMayNotBeSeen() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        let key = try await page.goTo("voters_on_list", try device.core).key
        await page.type(key, "many").value
        #expect(page.state.wrong[key] == .wrongInteger && page.state.typed[key] == "many")
        var left = false
        await page.leave { left = true }.value
        #expect(!left && page.error?.word == .errorInvalid && page.state.typed[key] == "many")
        await page.set(key, Option.none(.notPermitted).answer).value
        #expect(page.row("voters_on_list")?.answer == .missing(why: .notPermitted) && page.state.typed.isEmpty)
        await page.choose(try #require(page.row("voters_on_list")), .none(.notPermitted)).value
        #expect(page.row("voters_on_list")?.answer == nil)
        await page.type(key, "0017").value
        await page.finish(key).value
        let row = try #require(page.row("voters_on_list"))
        #expect(row.answer == .integer(value: 17) && page.state.typed.isEmpty)
        #expect(page.shown(row) == "0017", "what is typed is not rewritten under the hand")
        await page.note(try #require(page.row("voters_on_list")), "From the list on the wall").value
        #expect(page.row("voters_on_list")?.note == "From the list on the wall")
        await page.type(key, "99999").value
        await page.finish(key).value
        let members = try await page.goTo("members_total", try device.core)
        await page.type(members.key, "99").value
        await page.finish(members.key).value
        let problem = try #require(page.row("members_total")?.issues.first { $0.issue == .warning })
        await page.confirm(problem, "Counted twice").value
        #expect(page.row("members_total")?.issues.contains { $0.confirmed == "Counted twice" } == true)
    }

    @Test func twoTapsAreTwoAnswers() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        await (try device.home()).incident { device.navigator.open($0) }.value
        let page = try await device.open(device.navigator.route)
        let row = try await page.goTo("evidence", try device.core)
        guard case .all(let choices) = row.choices else { throw Absent(what: "choices") }
        let ticks = choices.filter { !$0.exclusive }.prefix(2).map { page.toggle(row, $0) }
        for tick in ticks { await tick.value }
        guard case .many(let chosen) = page.row("evidence")?.answer else { throw Absent(what: "an answer") }
        #expect(chosen.count == 2)
    }

    @Test func fromPaperTheNextQuestionComesByItself() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("opening")
        await page.paper(true).value
        for answered in 0..<6 {
            #expect(page.state.progress.answered == UInt32(answered))
            let asked = try #require(page.state.rows.first { $0.key == page.state.focus })
            if let first = options(of: asked).first {
                await page.fromPaper(asked, first).value
            } else if case .all(let choices) = asked.choices, let first = choices.first {
                await page.set(asked.key, toggled(asked, first)).value
                await page.jump().value
            } else {
                await page.type(asked.key, asked.kind == .time ? "07:00" : "3").value
                await page.finish(asked.key).value
                await page.jump().value
            }
            #expect(page.state.focus != asked.key)
        }
    }

    @Test func fromPaperASectionBeginsAtItsFirstQuestionWithoutAnAnswerANumberToo() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("voting")
        await page.paper(true).value
        let members = try await page.goTo("members_total", try device.core)
        #expect(options(of: members).isEmpty && page.state.focus == members.key)
    }

    @Test func photographsFilesAndSoundAreSealedAsTheyCome() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        await (try device.home()).incident { device.navigator.open($0) }.value
        let page = try await device.open(device.navigator.route)
        let key = try await page.goTo("photo", try device.core).key
        device.twin.refused = [.camera]
        await page.photograph(key).value
        #expect(page.error?.word == .errorCamera && page.state.over == nil)
        device.twin.refused = []
        page.forgetError()
        await page.photograph(key).value
        #expect(page.state.over == .photograph(key))
        page.cameraFailed()
        #expect(page.error?.word == .errorCamera && page.state.over == nil)
        device.twin.picked = Picked(media: "image/jpeg", source: bytesSource(bytes: Data(count: 10)))
        await page.pick(key, "image/*").value
        #expect(page.error?.word == .errorAttachment)
        device.twin.refused = [.microphone]
        await page.record(key).value
        #expect(page.error?.word == .errorMicrophone && page.state.recording == nil)
        device.twin.refused = []
        page.forgetError()
        await page.record(key).value
        #expect(page.state.recording == key && page.error == nil)
        await page.stopRecording().value
        #expect(page.error?.word == .errorAttachment && page.state.recording == nil, "the question wants a picture")
        page.forgetError()
        let voice = try await page.goTo("voice", try device.core).key
        await page.record(voice).value
        // Who goes away while it records has recorded.
        await page.leave {}.value
        guard case .attachment = page.row("voice")?.answer else { throw Absent(what: "the voice") }
        await page.photographed(key, jpeg).value
        #expect(page.error == nil)
        guard case .attachment(let name) = page.row("photo")?.answer else { throw Absent(what: "the photograph") }
        #expect(try await page.attachment(name).starts(with: [0xff, 0xd8]))
        await page.set(key, nil).value
        #expect(page.row("photo")?.answer == nil)
        await page.record(voice).value
        page.close()
        try await until("nobody listens") { device.twin.recording == 0 }
    }

    @Test func theStationIsChangedAndTheAnswersStay() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let page = try await device.checklist("opening")
        let asked = try #require(page.state.rows.first { !options(of: $0).isEmpty })
        await page.choose(asked, options(of: asked)[0]).value
        let code = try #require(try await device.core { try $0.visits() }.last).code
        let places = PlacesModel(try device.core, checklist: nil, visit: code, device.twin)
        places.type("s00002")
        try await until("the other station") { places.state.found.first?.code == "s00002" }
        await places.choose(places.state.found[0]) { device.navigator.open($0) }.value
        #expect(device.navigator.route == .visit(code: code))
        let visit = VisitModel(try device.core, code, device.twin)
        try await until("the visit") { visit.state.page?.visit.place?.code == "s00002" }
        #expect(try await device.row(page.draft, asked.name)?.answer == options(of: asked)[0].answer)
        await visit.arrive().value
        await visit.leave().value
        try await until("left") { visit.state.page?.visit.departedMs != nil }
        device.twin.refused = [.position]
        await visit.position().value
        #expect(visit.error?.word == .errorPosition)
        device.twin.refused = []
        device.twin.here = nil
        await visit.position().value
        #expect(visit.error?.word == .errorNoPosition && !visit.state.positionTaken)
        await visit.went(.refused).value
        try await until("how it went") { visit.state.page?.visit.outcome == .refused }
    }
}

/// The smallest picture: a grey pixel.
private let jpeg = Data(base64Encoded: smallest) ?? Data()
private let smallest =
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////"
    + "////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
