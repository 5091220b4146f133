import Testing

@testable import ObserverModel

/// The way into a mission, and what can be wrong with it.
@Suite(.serialized) @MainActor
struct EnrolTests {
    @Test func theInviteIsScannedAndItsFingerprintCompared() async throws {
        let (mission, device) = (try Mission(), try Device())
        await device.session.start()
        let model = EnrolModel(device.session, device.twin.permissions, fetching: false)
        await model.scan().value
        #expect(model.state.step == .scan)
        await model.read(try mission.invite(0)).value
        #expect(model.state.step == .compare)
        #expect(model.state.about?.fingerprint.split(separator: " ").count == 8)
        model.distrust()
        #expect(model.state.step == .invite && model.state.invite.isEmpty)
        await model.read(try mission.invite(0)).value
        model.trust()
        model.pin("12")
        model.again("34")
        await model.create().value
        #expect(model.error?.word == .errorPinDiffers)
        model.again("12")
        await model.create().value
        #expect(model.error?.word == .errorPinShort)
        model.pin(pin)
        model.again(pin)
        await model.create().value
        let home = try device.home()
        try await until("the mission") { home.state.mission?.title.contains("Kazakhstan") == true }
        #expect(device.watch.called > 0 && device.watch.onMainThread == 0)
    }

    @Test func withoutTheCameraAnInviteIsPasted() async throws {
        let device = try Device()
        device.twin.refused = [.camera]
        let model = EnrolModel(device.session, device.twin.permissions, fetching: false)
        await model.scan().value
        #expect(model.error?.word == .errorCamera && model.state.step == .invite)
        model.type("no invite at all")
        await model.read().value
        #expect(model.error?.word == .errorInvite)
    }

    @Test func anInviteThatIsNoGoodCanBeChangedForAnother() async throws {
        let (mission, device) = (try Mission(), try Device())
        for (bad, word) in [("expired", Word.errorExpired), ("foreign", .errorNotGenuine)] {
            let model = await device.begin(try #require(try mission.ask(bad)["invite"] as? String))
            #expect(model.error?.word == word)
            #expect(model.state.step == .fetch)
            await model.another().value
            #expect(model.state.step == .invite)
        }
        await device.begin(try mission.invite(0))
        _ = try device.core
    }

    @Test func whereNobodyAnswersItIsTriedAgain() async throws {
        let (mission, device) = (try Mission(), try Device())
        try mission.ask("cut 0")
        let model = await device.begin(try mission.invite(0))
        #expect(model.error?.word == .errorNoAnswer)
        try mission.ask("whole")
        await model.fetch().value
        _ = try device.core
    }

    @Test func aProxyLeadsToAMissionThatTheNetworkBlocks() async throws {
        let (mission, device) = (try Mission(), try Device())
        try mission.ask("cut 0")
        let model = await device.begin(try mission.invite(0))
        #expect(model.error?.word == .errorNoAnswer)
        try mission.ask("whole")
        model.proxy("127.0.0.1:1")
        await model.useProxy(true).value
        #expect(model.state.proxied && model.error?.word == .errorNoAnswer)
        let later = EnrolModel(device.session, device.twin.permissions, fetching: true)
        try await until("the proxy of before") { later.state.proxied && later.state.proxy == "127.0.0.1:1" }
        model.proxy(try #require(try mission.ask("socks")["socks"] as? String))
        await model.useProxy(true).value
        _ = try device.core
        #expect((try mission.ask("socks")["asked"] as? [String])?.isEmpty == false)
    }
}
