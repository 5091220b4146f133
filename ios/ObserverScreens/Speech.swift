import Foundation
import ObserverModel
import SwiftUI

/// Says the app's words in a language, whatever the phone's own is.
struct Speech: Sendable {
    let locale: Locale
    private let bundle: Bundle

    /// `language`: a code, or the phone's own.
    init(_ language: String?) {
        locale = language.map { Locale(identifier: $0) } ?? .current
        let code = language ?? Bundle.module.preferredLocalizations.first ?? "en"
        let path = Bundle.module.path(forResource: code, ofType: "lproj")
        bundle = path.flatMap { Bundle(path: $0) } ?? .module
    }

    /// Whether the language is written from right to left.
    var fromTheRight: Bool { locale.language.characterDirection == .rightToLeft }

    /// A word with what stands in its places.
    func callAsFunction(_ word: Word, _ arguments: any CVarArg...) -> String {
        let said = bundle.localizedString(forKey: word.rawValue, value: nil, table: nil)
        return arguments.isEmpty ? said : String(format: said, locale: locale, arguments: arguments)
    }

    func callAsFunction(_ words: Words) -> String {
        words.detail.isEmpty ? self(words.word) : self(words.word) + "\n" + words.detail
    }

    /// A moment, in milliseconds since 1970, as the language writes it.
    func moment(_ ms: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(ms) / 1_000)
        return written(date, "ddMMyyyyHHmm", .current)
    }

    /// A day, counted from 1970.
    func day(_ days: Int32) -> String {
        written(Date(timeIntervalSince1970: Double(days) * 86_400), "dMMMyyyy", TimeZone(secondsFromGMT: 0) ?? .current)
    }

    private func written(_ date: Date, _ template: String, _ zone: TimeZone) -> String {
        let formatter = DateFormatter()
        formatter.locale = locale
        formatter.timeZone = zone
        formatter.setLocalizedDateFormatFromTemplate(template)
        return formatter.string(from: date)
    }
}

/// What a notification says in a language, or in the phone's own: nothing of what came.
public func notice(in language: String?) -> String { Speech(language)(.noticesText) }

private struct SpeechKey: EnvironmentKey {
    static let defaultValue = Speech(nil)
}

extension EnvironmentValues {
    var say: Speech {
        get { self[SpeechKey.self] }
        set { self[SpeechKey.self] = newValue }
    }
}
