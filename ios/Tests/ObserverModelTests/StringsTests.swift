import Foundation
import Testing

@testable import ObserverModel

/// The words of the app, in every language.
struct StringsTests {
    private static let ios = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
    private static let languages = ["en", "kk", "ru"]
    /// What each language counts by.
    private static let plurals = ["en": ["one", "other"], "kk": ["one", "other"], "ru": ["few", "many", "one", "other"]]

    private func catalogue() throws -> [String: [String: Any]] {
        let file = Self.ios.appendingPathComponent("ObserverScreens/Localizable.xcstrings")
        let read = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        let words = try #require(read?["strings"] as? [String: [String: Any]])
        return words.compactMapValues { $0["localizations"] as? [String: Any] }
    }

    /// What is said of a word: by the form of the number, or by nothing.
    private func forms(_ localization: Any?) -> [String: String] {
        let localization = localization as? [String: Any]
        if let unit = localization?["stringUnit"] as? [String: String] { return ["": unit["value"] ?? ""] }
        let plural = (localization?["variations"] as? [String: Any])?["plural"] as? [String: [String: [String: String]]]
        return plural?.compactMapValues { $0["stringUnit"]?["value"] } ?? [:]
    }

    private func places(_ text: String) throws -> [String] {
        let pattern = try NSRegularExpression(pattern: "%(\\d\\$(lld|@|\\.1f)|%)")
        let whole = NSRange(text.startIndex..., in: text)
        return pattern.matches(in: text, range: whole).compactMap { Range($0.range, in: text).map { String(text[$0]) } }.sorted()
    }

    @Test func everyWordIsSaidInEveryLanguage() throws {
        let catalogue = try catalogue()
        #expect(Set(catalogue.keys) == Set(Word.allCases.map(\.rawValue)))
        for (word, said) in catalogue {
            #expect(said.keys.sorted() == Self.languages, "\(word)")
            let english = try places(try #require(forms(said["en"]).values.first))
            for language in Self.languages {
                let forms = forms(said[language])
                #expect(forms.keys.sorted() == [""] || forms.keys.sorted() == Self.plurals[language], "\(word) \(language)")
                for text in forms.values {
                    #expect(!text.isEmpty, "\(word) \(language)")
                    #expect(try places(text) == english, "\(word) \(language)")
                }
            }
        }
    }

    @Test func noWordIsUnused() throws {
        var code = ""
        for folder in ["ObserverModel", "ObserverScreens"] {
            let files = FileManager.default.enumerator(at: Self.ios.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                if file.pathExtension == "swift" && file.lastPathComponent != "Word.swift" { code += try String(contentsOf: file, encoding: .utf8) }
            }
        }
        let used = Set(code.split { !($0.isLetter || $0.isNumber || $0 == ".") }.flatMap { $0.split(separator: ".") }.map(String.init))
        for word in Word.allCases { if !used.contains("\(word)") { Testing.Issue.record("\(word) is unused") } }
    }
}
