import Baqylau
import Foundation
import Testing

@testable import ObserverModel

/// Who may open the app, and what is left of it.
@Suite(.serialized) @MainActor
struct LockTests {
    @Test func theWrongPinToTheEnd() async throws {
        let (mission, device) = try await enrolled()
        defer { _ = mission }
        _ = try await device.incident()
        await device.session.lock()
        for tries in 1...10 {
            await device.unlock("1357")
            if tries == 10 { break }
            guard case .locked(_, let left?) = device.session.state else { throw Absent(what: "locked: \(device.session.state)") }
            #expect(left == 10 - tries)
        }
        guard case .lost = device.session.state else { throw Absent(what: "lost: \(device.session.state)") }
        let model = LockModel(device.session, device.twin.face)
        await model.wipe().value
        #expect(model.error == nil)
        guard case .noStore = device.session.state else { throw Absent(what: "no store: \(device.session.state)") }
        let left = try FileManager.default.contentsOfDirectory(atPath: device.folder.appendingPathComponent("store").path)
        #expect(left.isEmpty)
    }

    @Test func outOfSightItLocksAndFaceOrFingerOpensIt() async throws {
        let (mission, device) = try await enrolled()
        defer { _ = mission }
        let settings = SettingsModel(try device.core, device.session, device.look, device.twin)
        await settings.allowBiometric(true, "why").value
        #expect(settings.error?.word == .settingsFacePin)
        settings.oldPin(pin)
        await settings.allowBiometric(true, "why").value
        #expect(settings.state.faceAllowed)
        var clock: Int64 = 0
        let away = Away(device.session) { clock }
        away.leave(lockAfterMs: 0)
        try await until("locked") { if case .locked(face: true, nil) = device.session.state { true } else { false } }
        away.comeBack()
        let lock = LockModel(device.session, device.twin.face)
        // Coming back after the time locks once more, some time later on a busy machine; what opens it then lasts.
        try await until("it opens, and stays open") {
            await lock.unlockWithBiometric("why").value
            try await Task.sleep(for: .milliseconds(300))
            return (try? device.core) != nil
        }
        away.leave(lockAfterMs: 300_000)
        away.comeBack()
        try await Task.sleep(for: .milliseconds(100))
        _ = try device.core
        away.leave(lockAfterMs: 300_000)
        clock = 300_000
        away.comeBack()
        try await until("a phone that was frozen locks") {
            if case .locked = device.session.state { true } else { false }
        }
    }

    @Test func thePinIsChangedAndThePhoneWiped() async throws {
        let (mission, device) = try await enrolled()
        defer { _ = mission }
        let settings = SettingsModel(try device.core, device.session, device.look, device.twin)
        settings.oldPin("1111")
        settings.newPin("9753")
        await settings.changePin().value
        #expect(settings.error?.word == .errorLocked && !settings.state.changed)
        settings.oldPin(pin)
        settings.newPin("9753")
        await settings.changePin().value
        #expect(settings.state.changed)
        device.twin.refused = [.notices]
        await settings.notices(true).value
        #expect(settings.error?.word == .errorNotices && !device.twin.wantsNotices)
        await settings.lock().value
        await device.unlock(pin)
        #expect(throws: Absent.self) { try device.core }
        await device.unlock("9753")
        _ = try device.core
        await SettingsModel(try device.core, device.session, device.look, device.twin).wipe().value
        guard case .noStore = device.session.state else { throw Absent(what: "no store: \(device.session.state)") }
    }

    @Test func aDamagedStoreIsSavedAsFarAsItReads() async throws {
        let (mission, device) = try await damaged(from: 0.75)
        defer { _ = mission }
        let model = LockModel(device.session, device.twin.face)
        model.pin("0000")
        await model.salvage().value
        #expect(model.error?.word == .errorLocked)
        guard case .damaged = device.session.state else { throw Absent(what: "damaged: \(device.session.state)") }
        model.pin(pin)
        await model.salvage().value
        await device.unlock()
        _ = try device.core
    }

    @Test func whereNothingOfAStoreCanBeReadOneBeginsAnew() async throws {
        let (mission, device) = try await damaged(from: nil)
        defer { _ = mission }
        let model = LockModel(device.session, device.twin.face)
        model.pin(pin)
        await model.salvage().value
        #expect(model.nothing)
        guard case .damaged = device.session.state else { throw Absent(what: "damaged: \(device.session.state)") }
        await model.wipe().value
        guard case .noStore = device.session.state else { throw Absent(what: "no store: \(device.session.state)") }
    }

    @Test func aKeyStoreThatRefusesIsSaidAndTriedAgain() async throws {
        let (mission, there) = try await enrolled()
        defer { _ = mission }
        let after = try there.killed()
        after.watch.fail(with: .Refused(why: .keyStore, reason: "the chip is gone"))
        await after.session.start()
        guard case .broken(let words) = after.session.state else { throw Absent(what: "broken: \(after.session.state)") }
        #expect(words == Words(.errorKeyStore))
        after.watch.fail(with: nil)
        await LockModel(after.session, after.twin.face).again().value
        guard case .locked = after.session.state else { throw Absent(what: "locked: \(after.session.state)") }
    }

    private func enrolled() async throws -> (Mission, Device) {
        let mission = try Mission()
        return (mission, try await Device.enrolled(mission))
    }

    /// Enrols, and pulls the battery; then the file is damaged, from a part of it on, or after its first page.
    private func damaged(from part: Double?) async throws -> (Mission, Device) {
        let (mission, before) = try await enrolled()
        before.navigator.home()
        _ = try await before.checklist("opening")
        try await before.core.close()
        let device = try before.killed()
        let file = device.folder.appendingPathComponent("store/main.db")
        var bytes = try Data(contentsOf: file)
        let start = part.map { Int(Double(bytes.count) * $0) } ?? 4_096
        bytes.replaceSubrange(start..., with: Data(repeating: 0x5a, count: bytes.count - start))
        try bytes.write(to: file)
        await device.unlock()
        guard case .damaged = device.session.state else { throw Absent(what: "damaged: \(device.session.state)") }
        return (mission, device)
    }
}
