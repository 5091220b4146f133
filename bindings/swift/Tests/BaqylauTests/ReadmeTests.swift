import Baqylau
import Foundation
import Testing

/// What stands in the README, line by line.
@Test func theExampleRunsAsItStands() async throws {
    let (mission, temporary) = (try Mission(), try Folder())
    let (folder, invite) = (temporary.url.path, try mission.invite(2))
    let vault = try fileVault(folder: folder + "/vault")
    // README begins
    let phone = Phone(folder: folder + "/phone", language: "en", boot: "", offsetMinutes: 300)
    let baqylau = try await Baqylau.open {
        try ObserverCore.create(phone: phone, vault: vault, pin: "2468", invite: invite)
    }
    _ = try await baqylau.enrol(budgetMs: 30_000)
    let visit = try await baqylau { try $0.startVisit(place: "s00001", number: nil) }
    let draft = try await baqylau { try $0.startChecklist(visit: visit.code, checklist: "opening") }
    let page = try await baqylau { try $0.checklistPage(draft: draft.id, wanted: .first, letter: nil) }
    _ = try await baqylau { try $0.setAnswer(draft: draft.id, key: page.rows[0].key, answer: .missing(why: .doNotKnow)) }
    _ = try await baqylau { try $0.finalise(draft: draft.id, incomplete: "only a look from outside") }
    _ = try await baqylau.sync(budgetMs: 30_000, now: true)
    let summary = try await baqylau { try $0.summary() }
    // README ends
    #expect(summary.allStored)
}
