import Baqylau

/// What lies over the page.
public enum Over: Equatable, Sendable {
    case sections
    case note(RowView)
    case confirm(Problem)
    case photograph(Key)
    case scan(Key)
    case search(RowView, query: String, found: [ChoiceView])
}

public struct ChecklistState: Sendable {
    public var title = ""
    /// It was signed: it is only looked at.
    public var finished = false
    public var sections: [SectionView] = []
    public var section = 0
    public var rows: [RowView] = []
    public var progress = Progress(answered: 0, asked: 0)
    /// What stands in a field and is not an answer yet.
    public var typed: [Key: String] = [:]
    /// What is no answer of its kind, and the words for it.
    public var wrong: [Key: Word] = [:]
    public var saving = 0
    /// Entered from a paper form: one question at a time, answered by its numbers.
    public var paper = false
    public var focus: Key?
    /// The questions that a coordinator asks about.
    public var asked: [Key] = []
    public var recording: Key?
    public var over: Over?

    public var shown: [SectionView] { sections.filter(\.shown) }

    /// Whether everything that was given is kept.
    /// How an answer was written, and how the core writes it: "12." stays while it is typed.
    public var written: [Key: Written] = [:]
    public var saved: Bool { saving == 0 && typed.isEmpty }

    /// The section after this one, as far as it is shown.
    public var following: SectionView? { shown.first { $0.section > section } }
}

public struct Written: Sendable {
    public let text: String
    public let kept: String
}
