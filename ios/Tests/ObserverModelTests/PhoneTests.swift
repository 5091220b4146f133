import Baqylau
import Foundation
import ObserverMemory
import Testing

@testable import ObserverModel

/// What stands between the phone and the models.
@Suite(.serialized) @MainActor
struct PhoneTests {
    @Test func outOfSightNothingIsUnderWayAndTheWayBackIsKept() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let twin = device.twin
        try await device.core.close()
        let observer = Observer(twin) { 0 }
        await observer.seen()
        try await observer.session.unlock(pin: pin)
        observer.navigator.open(.reports)
        let planned = twin.planned
        twin.lockAfterMs = 0
        await observer.unseen()
        #expect(twin.planned == planned + 1)
        try await until("locked") { if case .locked = observer.session.state { true } else { false } }
        #expect(Observer(twin, elapsedMs: { 0 }).navigator.way == [.home, .reports])
        // The screens of a store that is gone do not come back with the next one.
        try await observer.session.wipe()
        #expect(observer.navigator.way == [.home] && twin.way == ["home"])
    }

    @Test func whatWaitsLeavesWhenThereIsANetwork() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        _ = try await device.incident()
        let twin = device.twin
        try await device.core.close()
        twin.network.there = false
        let observer = Observer(twin) { 0 }
        await observer.seen()
        try await observer.session.unlock(pin: pin)
        guard case .open(let core) = observer.session.state else { throw Absent(what: "an open store") }
        #expect(try await core { try $0.summary() }.waiting == 1)
        twin.network.there = true
        try await until("it is delivered") { try await core { try $0.summary() }.allStored }
        observer.navigator.open(.reports)
        let model = observer.navigator.model(.reports) { ReportsModel(core) }
        await observer.session.lock()
        // What a screen held is gone from memory, whether anybody looks or not.
        #expect(observer.navigator.model(.reports) { ReportsModel(core) } !== model)
    }

    @Test func whatComesWhileNobodyLooksIsTold() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let hash = try await device.incident()
        let twin = device.twin
        try await device.core.close()
        let observer = Observer(twin) { 0 }
        #expect(await observer.deliver() == false)
        try mission.ask("ask \(hash) What happened?")
        #expect(await observer.deliver() == false)
        #expect(twin.noticed == 0, "nobody wished to be told")
        try mission.ask("ask \(hash) What happened?")
        twin.wantsNotices = true
        #expect(await observer.deliver() == false)
        #expect(twin.noticed == 1)
    }

    @Test func aPhoneWithoutAStoreDeliversNothing() async throws {
        let device = try Device()
        #expect(await Observer(device.twin) { 0 }.deliver() == false)
    }

    @Test func aKeyStoreThatRefusesIsTriedAgainLater() async throws {
        let mission = try Mission()
        let device = try await Device.enrolled(mission)
        let after = try device.killed()
        let observer = Observer(after.twin, elapsedMs: { 0 }) { throw BaqylauError.Refused(why: .keyStore, reason: "locked") }
        #expect(await observer.deliver())
    }

    @Test func settingsAreKept() throws {
        let name = "test " + UUID().uuidString
        let kept = try #require(UserDefaults(suiteName: name))
        defer { kept.removePersistentDomain(forName: name) }
        let settings = StoredSettings(kept)
        #expect(settings.language == nil && !settings.sun && settings.lockAfterMs == 60_000 && !settings.notices && settings.way.isEmpty)
        (settings.language, settings.sun, settings.lockAfterMs, settings.notices, settings.way) = ("kk", true, 0, true, ["home"])
        let again = StoredSettings(kept)
        #expect(again.language == "kk" && again.sun && again.lockAfterMs == 0 && again.notices && again.way == ["home"])
    }

    @Test func aFileIsReadInPartsAndGivenBack() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let bytes = Data((0..<100_000).map { UInt8($0 % 251) })
        try bytes.write(to: file)
        let given = Watch()
        do {
            let source = try FileSource(file) { try? given.call() }
            var read = Data()
            while case let part = try source.read(atMost: .max), !part.isEmpty { read += part }
            #expect(read == bytes)
            #expect(given.called == 0)
        }
        #expect(given.called == 1)
        #expect(throws: (any Error).self) { try FileSource(file.appendingPathExtension("gone")) {} }
    }

    @Test func positionsAreInTheUnitsOfTheCore() {
        let at = here(latitude: 51.16, longitude: -71.47, metres: 12.345, mock: true)
        #expect(at == Position(latitude: 511_600_000, longitude: -714_700_000, accuracy: 1_235, mock: true))
        #expect(here(latitude: 0, longitude: 0, metres: 1e12, mock: false)?.accuracy == 4_000_000_000)
        #expect(here(latitude: 0, longitude: 0, metres: -1, mock: false) == nil)
        #expect(here(latitude: .nan, longitude: 0, metres: 1, mock: false) == nil)
    }

    @Test func patienceEnds() async {
        #expect(await within(.seconds(20)) { 1 } == 1)
        #expect(await within(.milliseconds(10)) { () -> Int? in try await Task.sleep(for: .seconds(60)); return 1 } == nil)
    }

    @Test func soundIsKeptUpToALength() {
        let samples = Samples(longest: 5)
        for _ in 0..<3 { samples.append(Data([1, 2])) }
        #expect(samples.all == Data([1, 2, 1, 2, 1]))
        #expect(wav(samples: samples.all, rate: 16_000).count == 44 + 5)
    }

    /// An app without its icon, or with one that lets something shine through, cannot be uploaded.
    @Test func theAppHasAnIcon() throws {
        let app = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../App").standardized
        let catalogue = app.appendingPathComponent("Assets.xcassets")
        func contents(_ folder: URL) throws -> [String: Any] {
            let bytes = try Data(contentsOf: folder.appendingPathComponent("Contents.json"))
            return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        }
        #expect(try contents(catalogue)["info"] != nil)
        let project = try String(contentsOf: app.appendingPathComponent("project.yml"), encoding: .utf8)
        #expect(project.contains("ASSETCATALOG_COMPILER_APPICON_NAME: AppIcon\n"))
        let set = catalogue.appendingPathComponent("AppIcon.appiconset")
        let images = try #require(try contents(set)["images"] as? [[String: String]])
        #expect(images.count == 1 && images[0]["idiom"] == "universal" && images[0]["platform"] == "ios" && images[0]["size"] == "1024x1024")
        let png = [UInt8](try Data(contentsOf: set.appendingPathComponent(try #require(images[0]["filename"]))))
        let header: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + Array("IHDR".utf8)
        // 1,024 by 1,024 pixels of 8 bits in three colours, without transparency.
        #expect(png.starts(with: header + [0, 0, 4, 0, 0, 0, 4, 0, 8, 2]))
    }

    /// iOS ends an app that asks for what its Info.plist does not explain.
    @Test func theAppExplainsWhatItAsksFor() throws {
        let app = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../App").standardized
        func list(_ name: String) throws -> [String: Any] {
            let bytes = try Data(contentsOf: app.appendingPathComponent(name))
            return try #require(try PropertyListSerialization.propertyList(from: bytes, format: nil) as? [String: Any])
        }
        let info = try list("Info.plist")
        let delivery = app.appendingPathComponent("../ObserverPhone/PhoneDelivery.swift").standardized
        let source = try String(contentsOf: delivery, encoding: .utf8)
        let permitted = try #require(info["BGTaskSchedulerPermittedIdentifiers"] as? [String])
        for name in permitted { #expect(source.contains("\"\(name)\"")) }
        let words = try JSONSerialization.jsonObject(with: Data(contentsOf: app.appendingPathComponent("InfoPlist.xcstrings")))
        let said = try #require((words as? [String: Any])?["strings"] as? [String: [String: Any]])
        #expect(said.keys.sorted() == info.keys.filter { $0.hasSuffix("UsageDescription") }.sorted())
        for (key, word) in said {
            let languages = try #require(word["localizations"] as? [String: [String: [String: String]]])
            #expect(languages.keys.sorted() == ["en", "kk", "ru"])
            #expect(languages["en"]?["stringUnit"]?["value"] == info[key] as? String)
        }
        #expect(try list("PrivacyInfo.xcprivacy")["NSPrivacyTracking"] as? Bool == false)
        #expect(try list("Baqylau.entitlements")["com.apple.developer.default-data-protection"] as? String == "NSFileProtectionComplete")
    }
}
