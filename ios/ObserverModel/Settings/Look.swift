import Observation

/// How the app speaks and looks; kept over restarts.
@MainActor
@Observable
public final class Look {
    /// A language's code, or the phone's own.
    public private(set) var language: String?
    /// High contrast, for the sun.
    public private(set) var sun: Bool
    @ObservationIgnored private let settings: any AppSettings

    public init(_ settings: any AppSettings) {
        self.settings = settings
        language = settings.language
        sun = settings.sun
    }

    public func setLanguage(_ language: String) {
        settings.language = language
        self.language = language
    }

    public func sun(_ on: Bool) {
        settings.sun = on
        sun = on
    }
}
