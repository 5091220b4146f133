import Baqylau
import Foundation
import LocalAuthentication
import ObserverModel
import ObserverScreens
import UserNotifications

/// The phone itself.
@MainActor
public final class PhoneServices: Services {
    private let keys = EnclaveVault()
    public var vault: any KeyVault { keys }
    public let microphone: any Microphone = PhoneMicrophone()
    public let locator: any Locator = PhoneLocator()
    public let permissions: any Permissions = PhonePermissions()
    public let files: any Files = PhoneFiles()
    public let face: any Face
    public let delivery: any Delivery = PhoneDelivery()
    public let notices: any Notices
    public let settings: any AppSettings = StoredSettings()

    public init() {
        face = PhoneFace(keys)
        notices = PhoneNotices(settings)
    }

    public func phone() -> Phone {
        let folder = URL.applicationSupportDirectory.appending(path: "store")
        guarded(folder)
        let language = settings.language ?? Locale.current.language.languageCode?.identifier ?? "en"
        return Phone(folder: folder.path, language: language, boot: bootSession(), offsetMinutes: offsetMinutes(nowMs()))
    }
}

/// The outbox is read while the phone is locked, and holds nothing readable; what the PIN opens waits for the phone's owner. No backup.
private func guarded(_ folder: URL) {
    let (files, open) = (FileManager.default, [FileAttributeKey.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication])
    try? files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: open)
    var kept = URLResourceValues()
    kept.isExcludedFromBackup = true
    var folder = folder
    try? folder.setResourceValues(kept)
    for name in ["main.db", "lock.json"] {
        try? files.setAttributes([.protectionKey: FileProtectionType.complete], ofItemAtPath: folder.appending(path: name).path)
    }
}

/// Changes with every start of the phone.
private func bootSession() -> String {
    var (name, size) = ([CChar](repeating: 0, count: 64), 64)
    return sysctlbyname("kern.bootsessionuuid", &name, &size, nil, 0) == 0 ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
}

/// Face or finger through the system's prompt.
@MainActor
final class PhoneFace: Face {
    private let keys: EnclaveVault

    init(_ keys: EnclaveVault) { self.keys = keys }

    var available: Bool { LAContext().canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: nil) }

    func ask(_ reason: String) async -> Bool {
        let context = LAContext()
        // The PIN of the app stands beside it: the phone's own code opens nothing.
        context.localizedFallbackTitle = ""
        let shown = (try? await context.evaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, localizedReason: reason)) == true
        if shown { keys.show(context) }
        return shown
    }
}

/// Notifications that say nothing but that there is something.
@MainActor
final class PhoneNotices: Notices {
    private let settings: any AppSettings

    init(_ settings: any AppSettings) { self.settings = settings }

    func lettersCame() {
        let content = UNMutableNotificationContent()
        content.body = notice(in: settings.language)
        UNUserNotificationCenter.current().add(UNNotificationRequest(identifier: "letters", content: content, trigger: nil))
    }
}
