import Foundation

/// Settings in the app's preferences.
@MainActor
public final class StoredSettings: AppSettings {
    private let kept: UserDefaults

    public init(_ kept: UserDefaults = .standard) {
        self.kept = kept
        // Until the observer chooses otherwise.
        kept.register(defaults: ["lockAfter": 60_000])
    }

    public var language: String? {
        get { kept.string(forKey: "language") }
        set { kept.set(newValue, forKey: "language") }
    }
    public var sun: Bool {
        get { kept.bool(forKey: "sun") }
        set { kept.set(newValue, forKey: "sun") }
    }
    public var lockAfterMs: Int64 {
        get { Int64(kept.integer(forKey: "lockAfter")) }
        set { kept.set(Int(newValue), forKey: "lockAfter") }
    }
    public var notices: Bool {
        get { kept.bool(forKey: "notices") }
        set { kept.set(newValue, forKey: "notices") }
    }
    public var way: [String] {
        get { kept.stringArray(forKey: "way") ?? [] }
        set { kept.set(newValue, forKey: "way") }
    }
}
