import Baqylau
import Foundation
import Observation

/// One section of a checklist, answer by answer.
@MainActor
@Observable
public final class ChecklistModel: ScreenModel {
    public internal(set) var state = ChecklistState()
    @ObservationIgnored public let draft: Int64
    @ObservationIgnored let core: Core
    @ObservationIgnored let services: any Services
    @ObservationIgnored var recording: (any Recording)?
    @ObservationIgnored private let first: Int?
    @ObservationIgnored private let letter: Int64?
    @ObservationIgnored private var waits: [Key: Task<Void, Never>] = [:]
    /// One at a time asks the core and draws what it says: nothing older is drawn over it.
    @ObservationIgnored private let turn = Turn()

    /// `letter`: the one that is answered by it.
    public init(_ core: Core, draft: Int64, section: Int?, letter: Int64?, _ services: any Services) {
        self.core = core
        self.draft = draft
        first = section
        self.letter = letter
        self.services = services
        super.init()
        // Another language, another place, an amendment: whatever changes is drawn anew.
        follow(core) { _ = try await self.look { self.here } }
    }

    /// What is open, or what is to be opened first.
    private var here: Wanted {
        let section = state.sections.isEmpty ? first : state.section
        return section.map { .section(section: UInt32($0)) } ?? .first
    }

    /// What is wanted is asked for when its turn comes: the page may be turned meanwhile.
    private func look(_ wanted: @MainActor () -> Wanted) async throws -> ChecklistPage {
        try await turn { try await self.draw(wanted()) }
    }

    /// A draw is one call of the core.
    private func draw(_ wanted: Wanted) async throws -> ChecklistPage {
        let (draft, letter) = (draft, letter)
        let page = try await core { try $0.checklistPage(draft: draft, wanted: wanted, letter: letter) }
        state.title = page.draft.title
        state.finished = page.draft.finished
        state.sections = page.sections
        state.section = Int(page.section)
        state.rows = page.rows
        state.progress = page.progress
        state.asked = page.asked
        return page
    }

    @discardableResult
    public func openSection(_ section: Int) -> Task<Void, Never> {
        act {
            await self.flush()
            self.state.over = nil
            let page = try await self.look { .section(section: UInt32(section)) }
            if self.state.paper { self.state.focus = page.unanswered }
        }
    }

    /// The next section that is shown, or the review.
    @discardableResult
    public func next(_ review: @escaping @MainActor () -> Void) -> Task<Void, Never> {
        if let following = state.following { openSection(Int(following.section)) } else { leave(review) }
    }

    /// Goes to the next question without an answer, wherever it is.
    @discardableResult
    public func jump() -> Task<Void, Never> {
        act {
            await self.flush()
            let page = try await self.look { .unanswered(after: self.state.focus, section: UInt32(self.state.section)) }
            // From paper: there is none left to ask, maybe.
            if page.unanswered != nil || self.state.paper { self.state.focus = page.unanswered }
        }
    }

    @discardableResult
    public func paper(_ on: Bool) -> Task<Void, Never> {
        state.paper = on
        state.focus = nil
        return on ? jump() : Task {}
    }

    /// A tap on an option; the second takes it back.
    @discardableResult
    public func choose(_ row: RowView, _ option: Option) -> Task<Void, Never> {
        set(row.key, row.answer == option.answer ? nil : option.answer)
    }

    /// An answer, or none.
    @discardableResult
    public func set(_ key: Key, _ answer: Answer?) -> Task<Void, Never> {
        let draft = draft
        return saving(key) { core in
            guard let answer else { return try core.clearAnswer(draft: draft, key: key) }
            return try core.setAnswer(draft: draft, key: key, answer: answer)
        }
    }

    /// What stands on the paper, by its number; the next question comes by itself.
    @discardableResult
    public func fromPaper(_ row: RowView, _ option: Option) -> Task<Void, Never> {
        let (draft, key) = (draft, row.key)
        return once {
            let kept = try await self.saved(key) { try $0.setAnswer(draft: draft, key: key, answer: option.answer) }
            if kept { await self.jump().value }
        }
    }

    /// One of several, as they are when its turn comes: a second tap may be on its way already.
    @discardableResult
    public func toggle(_ row: RowView, _ choice: ChoiceView) -> Task<Void, Never> {
        let (draft, key) = (draft, row.key)
        return act {
            await self.finish { $0 != key }
            try await self.changed {
                let answer = toggled(self.state.rows.first { $0.key == key } ?? row, choice)
                return { core in
                    guard let answer else { return try core.clearAnswer(draft: draft, key: key) }
                    return try core.setAnswer(draft: draft, key: key, answer: answer)
                }
            } then: {}
        }
    }

    /// Calls the core about a question; what does not fit is said.
    func saving(_ key: Key, _ call: @escaping @Sendable (ObserverCore) throws -> ViewChange) -> Task<Void, Never> {
        act { _ = try await self.saved(key, call) }
    }

    /// The same; whether the core took it.
    func saved(
        _ key: Key, _ call: @escaping @Sendable (ObserverCore) throws -> ViewChange
    ) async throws -> Bool {
        // What was typed before gives way to it.
        waits.removeValue(forKey: key)?.cancel()
        await finish { $0 != key }
        state.wrong[key] = nil
        do {
            try await changed { call } then: { self.state.typed[key] = nil }
            return true
        } catch BaqylauError.Invalid(let reason) {
            fail(unfit(reason))
            return false
        }
    }

    /// A change that is no answer: what was typed is kept before it. Whether the core took it.
    func beside(_ call: @escaping @Sendable (ObserverCore) throws -> ViewChange) async throws -> Bool {
        await finish { _ in true }
        do {
            try await changed { call } then: {}
            return true
        } catch BaqylauError.Invalid(let reason) {
            fail(unfit(reason))
            return false
        }
    }

    /// Calls the core with what is made when its turn comes, and draws what it changed.
    private func changed(
        _ make: @escaping @MainActor () -> @Sendable (ObserverCore) throws -> ViewChange, then: @MainActor () -> Void
    ) async throws {
        let page = state.section
        state.saving += 1
        defer { state.saving -= 1 }
        try await turn {
            let call = make()
            let change = try await self.core { try call($0) }
            self.state.sections = self.state.sections.following(change)
            self.state.progress = change.progress
            then()
            // The page was turned meanwhile: the change speaks of the one before.
            if self.state.section == page {
                self.state.rows = self.state.rows.with(change)
            } else {
                _ = try await self.draw(self.here)
            }
        }
    }

    /// A text becomes an answer when the hand rests. A number does when it is finished: on the way to 13 it is 1, which would take the
    /// other rows of a repeat away. Who types elsewhere has finished.
    @discardableResult
    public func type(_ key: Key, _ text: String) -> Task<Void, Never> {
        state.typed[key] = text
        state.wrong[key] = nil
        waits.removeValue(forKey: key)?.cancel()
        let wait = act {
            try await Task.sleep(for: rest)
            // From here on it is kept, whatever is typed or left.
            self.waits[key] = nil
            await self.act { if self.isNumber(key) { try await self.read(key, text) } else { try await self.keep(key, text) } }.value
        }
        waits[key] = wait
        if state.typed.count > 1 { act { await self.finish { $0 != key } } }
        return wait
    }

    /// What was typed for a question is finished.
    @discardableResult
    public func finish(_ key: Key) -> Task<Void, Never> { act { await self.finish { $0 == key } } }

    private func finish(_ which: (Key) -> Bool) async {
        for (key, text) in state.typed where which(key) && state.wrong[key] == nil {
            waits.removeValue(forKey: key)?.cancel()
            await act { try await self.keep(key, text) }.value
        }
    }

    private func kind(of key: Key) -> RowKind? { state.rows.first { $0.key == key }?.kind }

    private func isNumber(_ key: Key) -> Bool {
        switch kind(of: key) {
        case .integer, .decimal, .range: true
        default: false
        }
    }

    /// Says what is no answer of its kind, and keeps nothing.
    private func read(_ key: Key, _ text: String) async throws {
        if filled(text) == nil { return }
        let draft = draft
        do {
            _ = try await core { try $0.readAnswer(draft: draft, key: key, text: text) }
        } catch BaqylauError.Invalid(let reason) {
            // It may have been typed on, or kept, meanwhile.
            if state.typed[key] == text { state.wrong[key] = unfit(reason).word }
        }
    }

    private func keep(_ key: Key, _ text: String) async throws {
        let draft = draft
        do {
            try await changed {
                { try $0.setText(draft: draft, key: key, text: text) }
            } then: {
                if self.state.typed[key] == text { self.state.typed[key] = nil }
            }
            state.written[key] = state.rows.first { $0.key == key }.map { Written(text: text, kept: $0.answerText) }
        } catch BaqylauError.Invalid(let reason) {
            state.wrong[key] = unfit(reason).word
        }
    }

    /// Keeps everything that was typed; before the page is left. What cannot be kept is said, and stays in its field.
    func flush() async {
        for (key, text) in state.typed {
            waits.removeValue(forKey: key)?.cancel()
            await act { try await self.keep(key, text) }.value
        }
    }

    /// Keeps what was typed and recorded, then goes on; stays where something that was typed is no answer: it would be gone.
    @discardableResult
    public func leave(_ then: @escaping @MainActor () -> Void) -> Task<Void, Never> {
        act {
            await self.stopRecording().value
            await self.flush()
            if self.state.wrong.isEmpty { then() } else { self.fail(Words(.errorInvalid)) }
        }
    }

    /// The app is seen no more, or not wholly: what was typed is kept. `gone`: the phone's sound is gone with it; what was recorded is
    /// kept too, and the observer is told.
    @discardableResult
    public func pause(gone: Bool) -> Task<Void, Never> {
        let ended = gone && recording != nil
        return act {
            if ended { await self.stopRecording().value }
            await self.flush()
            if ended { self.fail(Words(.errorRecording)) }
        }
    }

    public override func close() {
        // A recording that nobody waits for any more ends.
        if let recording { Task { _ = await recording.stop() } }
        recording = nil
        super.close()
    }

    /// What stands in a question's field.
    public func shown(_ row: RowView) -> String {
        if let typed = state.typed[row.key] { return typed }
        if let written = state.written[row.key], written.kept == row.answerText { return written.text }
        return row.answerText
    }

    public func over(_ over: Over?) { state.over = over }
}

/// How long a hand rests before what it typed is kept.
private let rest = Duration.milliseconds(400)
