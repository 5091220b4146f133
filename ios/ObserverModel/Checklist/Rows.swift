import Baqylau

extension [RowView] {
    /// The rows after a change, in their order.
    func with(_ change: ViewChange) -> [RowView] {
        var rows = Dictionary(uniqueKeysWithValues: map { ($0.key, $0) })
        let new = change.changed.map(\.key).filter { rows[$0] == nil }
        change.removed.forEach { rows[$0] = nil }
        change.changed.forEach { rows[$0.key] = $0 }
        return (change.order ?? map(\.key) + new).compactMap { rows[$0] }
    }
}

extension [SectionView] {
    /// The sections after a change.
    func following(_ change: ViewChange) -> [SectionView] {
        let differ = Dictionary(uniqueKeysWithValues: change.sections.map { ($0.section, $0) })
        return map { differ[$0.section] ?? $0 }
    }
}

/// What is drawn together.
public enum Block: Equatable, Sendable {
    case single(RowView)
    /// Questions with the same few choices, one under the other.
    case grid([RowView])

    public var rows: [RowView] {
        switch self {
        case .single(let row): [row]
        case .grid(let rows): rows
        }
    }
}

/// No more options stand beside each other on a small phone.
private let abreast = 4

/// Runs of questions with the same few choices become grids. Nothing is chosen beforehand.
public func blocks(of rows: [RowView]) -> [Block] {
    var blocks: [Block] = []
    for row in rows {
        if let last = blocks.last?.rows, let before = last.last, alike(before, row) {
            blocks[blocks.count - 1] = .grid(last + [row])
        } else {
            blocks.append(.single(row))
        }
    }
    return blocks
}

private func alike(_ first: RowView, _ second: RowView) -> Bool {
    let options = options(of: first)
    let few = options.count >= 2 && options.count <= abreast
    return first.depth == second.depth && few && options == ObserverModel.options(of: second)
}

/// One thing that can be tapped: a choice, or a reason why there is no value.
public enum Option: Hashable, Sendable {
    case chosen(ChoiceView)
    case none(Missing)

    public var answer: Answer {
        switch self {
        case .chosen(let choice): .one(choice: choice.choice)
        case .none(let why): .missing(why: why)
        }
    }
}

/// The options of a question with one choice, as far as they can be shown at once.
public func options(of row: RowView) -> [Option] {
    guard case .all(let choices) = row.choices, row.kind == .selectOne, !row.readOnly else { return [] }
    return choices.map(Option.chosen) + row.missing.map(Option.none)
}

/// A choice among several, put in or taken out. The core refuses what cannot be combined.
public func toggled(_ row: RowView, _ choice: ChoiceView) -> Answer? {
    var chosen: [UInt32] = []
    if case .many(let choices) = row.answer { chosen = choices }
    let next: [UInt32]
    if chosen.contains(choice.choice) {
        next = chosen.filter { $0 != choice.choice }
    } else if choice.exclusive {
        next = [choice.choice]
    } else {
        next = chosen.filter { !exclusive(row, $0) } + [choice.choice]
    }
    return next.isEmpty ? nil : .many(choices: next.sorted())
}

private func exclusive(_ row: RowView, _ choice: UInt32) -> Bool {
    guard case .all(let choices) = row.choices else { return false }
    return choices.contains { $0.choice == choice && $0.exclusive }
}

/// The rows of a repeat that stand on a page, by what the core takes them away with.
public func repeated(_ head: RowView, in rows: [RowView]) -> [Key] {
    var keys: [Key] = []
    for row in rows.drop(while: { $0.key != head.key }).dropFirst().prefix(while: { $0.depth > head.depth }) {
        let key = Key(node: head.key.node, row: row.key.row)
        if !keys.contains(key) { keys.append(key) }
    }
    return keys
}
