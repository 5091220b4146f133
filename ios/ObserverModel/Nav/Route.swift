/// A screen, and what it is about. Written as text, so that the way back survives the process.
public enum Route: Hashable, Sendable {
    case home
    /// Choose a place: for a new visit with a checklist, or for a visit that began elsewhere.
    case places(checklist: String? = nil, visit: String? = nil)
    case visit(code: String)
    case checklist(draft: Int64, section: Int? = nil, letter: Int64? = nil)
    case review(draft: Int64)
    case reports
    case report(seq: Int64)
    case letters
    case work
    case courier
    case settings

    public var written: String {
        switch self {
        case .places(let checklist, let visit): "places/\(checklist ?? "")/\(visit ?? "")"
        case .visit(let code): "visit/\(code)"
        case .checklist(let draft, let section, let letter):
            "checklist/\(draft)/\(section.map(String.init) ?? "")/\(letter.map(String.init) ?? "")"
        case .review(let draft): "review/\(draft)"
        case .report(let seq): "report/\(seq)"
        default: "\(self)"
        }
    }

    /// Nothing where the text names no screen.
    public init?(written: String) {
        let parts = written.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func part(_ at: Int) -> String? { parts.indices.contains(at) && !parts[at].isEmpty ? parts[at] : nil }
        let number = part(1).flatMap { Int64($0) }
        switch (parts[0], number) {
        case ("home", _): self = .home
        case ("places", _): self = .places(checklist: part(1), visit: part(2))
        case ("visit", _):
            guard let code = part(1) else { return nil }
            self = .visit(code: code)
        case ("checklist", let draft?):
            self = .checklist(draft: draft, section: part(2).flatMap { Int($0) }, letter: part(3).flatMap { Int64($0) })
        case ("review", let draft?): self = .review(draft: draft)
        case ("reports", _): self = .reports
        case ("report", let seq?): self = .report(seq: seq)
        case ("letters", _): self = .letters
        case ("work", _): self = .work
        case ("courier", _): self = .courier
        case ("settings", _): self = .settings
        default: return nil
        }
    }
}
