import Baqylau
import Foundation
import Testing

@testable import ObserverModel

/// What long-term observers log, and reports that somebody carries.
@Suite(.serialized) @MainActor
struct WorkTests {
    @Test func aComplaintIsPutOffAndLookedAtAgain() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission, 1)
        let page = try await device.checklist("complaint", at: nil)
        let state = try await page.goTo("state", try device.core)
        let pending = options(of: state).first { if case .chosen(let choice) = $0 { choice.name == "pending" } else { false } }
        await page.choose(state, try #require(pending)).value
        let put = try await page.goTo("follow_up", try device.core)
        await page.set(put.key, .date(days: Int32(nowMs() / 86_400_000))).value
        try await device.sign(page)
        let home = try device.home()
        try await until("what is due") { home.state.due == 1 }
        let work = WorkModel(try device.core)
        try await until("the follow-up") { work.state.followUps.first?.due == true }
        await work.again(work.state.followUps[0], "Looked at again") { device.navigator.open($0) }.value
        let again = try await device.open(device.navigator.route)
        #expect(again.draft != page.draft && !again.state.finished)
    }

    @Test func reportsAreCarriedByAnotherPhoneAndReceiptsComeBack() async throws {
        let mission = try Mission()
        let (device, carrier) = (try await Device.enrolled(mission), try await Device.enrolled(mission, 2))
        _ = try await device.incident()
        let (own, other) = (try courier(device), try courier(carrier))
        await own.save().value
        #expect(own.state.saved)
        carry(device, carrier)
        await other.open().value
        #expect(other.state.brought?.carried ?? 0 > 0 && other.error == nil)
        await (try carrier.home()).send().value
        await other.share().value
        carry(carrier, device)
        await own.open().value
        #expect(own.state.brought?.delivered == 1)
        let home = try device.home()
        try await until("all is safe") { home.state.summary?.allStored == true }
    }

    @Test func changingCodesAreReadInAnyOrder() async throws {
        let mission = try Mission()
        let (device, carrier) = (try await Device.enrolled(mission), try await Device.enrolled(mission, 2))
        _ = try await carrier.incident()
        let (own, other) = (try courier(device), try courier(carrier))
        await other.show().value
        device.twin.refused = [.camera]
        await own.scan().value
        #expect(own.error?.word == .errorCamera && !own.state.scanning)
        device.twin.refused = []
        await own.scan().value
        #expect(own.state.scanning)
        for frame in other.state.frames.reversed() { await own.frame(frame).value }
        #expect(!own.state.scanning && own.state.brought?.carried ?? 0 > 0)
        device.twin.picked = Picked(media: "application/octet-stream", source: bytesSource(bytes: Data(count: 100)))
        await own.open().value
        #expect(own.error?.word == .errorCourier)
    }

    private func courier(_ device: Device) throws -> CourierModel {
        CourierModel(try device.core, device.session, device.twin)
    }

    private func carry(_ from: Device, _ to: Device) {
        to.twin.picked = Picked(media: "application/octet-stream", source: bytesSource(bytes: from.twin.saved.last ?? Data()))
    }
}
