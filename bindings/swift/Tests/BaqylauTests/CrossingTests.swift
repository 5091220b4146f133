import Baqylau
import Foundation
import Testing

private let bench = ProcessInfo.processInfo.environment["BAQYLAU_BENCH"] ?? ""

/// What a call costs from here; the work is described in `benches/benches/crossing.rs`.
@Test(.enabled(if: !bench.isEmpty)) func crossing() throws {
    let mission = try Mission()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let phone = Phone(folder: folder.path + "/phone", language: "en", boot: "", offsetMinutes: 0)
    let vault = try fileVault(folder: folder.path + "/vault")
    let core = try ObserverCore.create(phone: phone, vault: vault, pin: "2468", invite: mission.invite(0))
    _ = try core.enrol(budgetMs: 30_000)
    let visit = try core.startVisit(place: "s00001", number: nil)
    let draft = try core.startChecklist(visit: visit.code, checklist: "voting").id
    let shown = try core.sections(draft: draft).filter(\.shown)
    let full = try shown.map { try core.openSection(draft: draft, section: $0.section) }
    let largest = try #require(full.max { $0.rows.count < $1.rows.count })
    let row = try #require(try core.openSection(draft: draft, section: largest.section).rows.first { $0.kind == .selectOne })
    let set = try median(3_000) { _ = try core.setAnswer(draft: draft, key: row.key, answer: .one(choice: UInt32($0 % 2))) }
    let view = try median(3_000) { _ in _ = try core.openSection(draft: draft, section: largest.section) }
    let small = try median(3_000) { _ in _ = try core.progress(draft: draft) }
    let wanted = Wanted.section(section: largest.section)
    let page = try median(3_000) { _ in _ = try core.checklistPage(draft: draft, wanted: wanted, letter: nil) }
    try "\(set) \(view) \(small) \(page)\n".write(toFile: bench, atomically: false, encoding: .utf8)
}

/// Microseconds.
private func median(_ rounds: Int, _ call: (Int) throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var times: [Duration] = []
    for round in 0..<rounds {
        let begun = clock.now
        try call(round)
        times.append(begun.duration(to: clock.now))
    }
    return times.sorted()[rounds / 2] / .microseconds(1)
}
