import Baqylau
import Foundation

/// What lies over the page, and what comes from the camera, the microphone and files.
extension ChecklistModel {
    @discardableResult
    public func note(_ row: RowView, _ text: String) -> Task<Void, Never> {
        let (draft, note) = (draft, filled(text))
        return act {
            if try await self.beside({ try $0.setNote(draft: draft, key: row.key, note: note) }) { self.over(nil) }
        }
    }

    /// An unlikely answer is right, for a reason.
    @discardableResult
    public func confirm(_ problem: Problem, _ reason: String) -> Task<Void, Never> {
        let (draft, reason) = (draft, filled(reason))
        return act {
            let kept = try await self.beside { try $0.confirm(draft: draft, key: problem.key, reason: reason) }
            if kept { self.over(nil) }
        }
    }

    @discardableResult
    public func addRow(_ head: Key) -> Task<Void, Never> {
        let draft = draft
        return act { _ = try await self.beside { try $0.addRow(draft: draft, repeat: head).change } }
    }

    @discardableResult
    public func removeRow(_ row: Key) -> Task<Void, Never> {
        let draft = draft
        return act { _ = try await self.beside { try $0.removeRow(draft: draft, row: row) } }
    }

    /// Among choices that are too many to show.
    @discardableResult
    public func search(_ row: RowView, _ query: String) -> Task<Void, Never> {
        let draft = draft
        var before: [ChoiceView] = []
        if case .search(_, _, let found) = state.over { before = found }
        over(.search(row, query: query, found: before))
        return act {
            let found = try await self.core {
                try $0.choices(draft: draft, key: row.key, query: query, offset: 0, limit: choicesLimit)
            }
            if case .search(row, query, _) = self.state.over { self.over(.search(row, query: query, found: found)) }
        }
    }

    @discardableResult
    public func photograph(_ key: Key) -> Task<Void, Never> {
        with(.camera, .errorCamera) { self.over(.photograph(key)) }
    }

    @discardableResult
    public func scan(_ key: Key) -> Task<Void, Never> {
        with(.camera, .errorCamera) { self.over(.scan(key)) }
    }

    public func cameraFailed() {
        over(nil)
        fail(Words(.errorCamera))
    }

    @discardableResult
    public func attach(_ key: Key, _ media: String, _ source: any ByteSource) -> Task<Void, Never> {
        let draft = draft
        over(nil)
        return saving(key) {
            try $0.attach(draft: draft, key: key, media: media, source: source)
        }
    }

    @discardableResult
    public func photographed(_ key: Key, _ jpeg: Data) -> Task<Void, Never> {
        attach(key, "image/jpeg", bytesSource(bytes: jpeg))
    }

    @discardableResult
    public func scanned(_ key: Key, _ text: String) -> Task<Void, Never> {
        over(nil)
        return set(key, .text(value: text))
    }

    @discardableResult
    public func pick(_ key: Key, _ type: String) -> Task<Void, Never> {
        act {
            if let picked = await self.services.files.pick(type) {
                await self.attach(key, picked.media, picked.source).value
            }
        }
    }

    @discardableResult
    public func record(_ key: Key) -> Task<Void, Never> {
        with(.microphone, .errorMicrophone) {
            if self.recording != nil { return }
            do {
                self.recording = try self.services.microphone.record()
                self.state.recording = key
            } catch {
                self.fail(Words(.errorMicrophone))
            }
        }
    }

    @discardableResult
    public func stopRecording() -> Task<Void, Never> {
        act {
            guard let key = self.state.recording, let recording = self.recording else { return }
            self.recording = nil
            let sound = await recording.stop()
            self.state.recording = nil
            await self.attach(key, "audio/wav", bytesSource(bytes: sound)).value
        }
    }

    @discardableResult
    public func position(_ key: Key) -> Task<Void, Never> {
        with(.position, .errorPosition) {
            guard let at = await self.services.locator.position() else { return self.fail(Words(.errorNoPosition)) }
            await self.set(key, .point(at: at)).value
        }
    }

    private func with(
        _ permission: Permission, _ refused: Word, _ then: @escaping @MainActor () async -> Void
    ) -> Task<Void, Never> {
        act { if await self.services.permissions.ask(permission) { await then() } else { self.fail(Words(refused)) } }
    }

    /// What was attached, to be looked at.
    public func attachment(_ name: String) async throws -> Data {
        let draft = draft
        return try await core { try $0.readAttachment(draft: draft, name: name) }
    }
}

private let choicesLimit: UInt32 = 50

/// A text, or nothing where it is blank.
func filled(_ text: String) -> String? {
    text.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty ? nil : text
}
