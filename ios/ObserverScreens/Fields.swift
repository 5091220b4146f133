import Baqylau
import ObserverModel
import SwiftUI

/// A day, or a time of day.
struct DayField: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    let row: RowView
    @State private var picked = Date()

    var body: some View {
        let day = row.kind == .date
        Paragraph(row.answerText)
        DatePicker(selection: Binding(get: { picked }, set: { picked = $0 }), displayedComponents: day ? .date : .hourAndMinute) {
            Text(verbatim: say(day ? .chooseDay : .chooseTime))
        }
        Secondary(say(.ok), "day-\(row.name)") { model.set(row.key, day ? .date(days: days) : .time(seconds: seconds)) }
    }

    /// Of the calendar of the phone, not of UTC.
    private var days: Int32 {
        Int32((picked.timeIntervalSince1970 + Double(TimeZone.current.secondsFromGMT(for: picked))) / 86_400)
    }

    private var seconds: UInt32 {
        let parts = Calendar.current.dateComponents([.hour, .minute], from: picked)
        return UInt32((parts.hour ?? 0) * 3_600 + (parts.minute ?? 0) * 60)
    }
}

/// A photograph, a sound, a video or a file.
struct AttachmentField: View {
    @Environment(\.say) private var say
    let model: ChecklistModel
    let row: RowView
    let media: Media
    @Environment(\.picture) private var picture
    @State private var bytes: Data?

    var body: some View {
        if case .attachment(let name) = row.answer {
            Paragraph("✓ " + say(.attached))
                .task(id: name) { bytes = media == .image ? try? await model.attachment(name) : nil }
            if let bytes, let shown = picture(bytes) {
                Image(decorative: shown, scale: 1).resizable().aspectRatio(nil, contentMode: .fit).frame(maxHeight: 240)
            }
            Secondary(say(.attachmentRemove), "remove-\(row.name)") { model.set(row.key, nil) }
        }
        switch media {
        case .image: Secondary(say(.photograph), "photo-\(row.name)") { model.photograph(row.key) }
        case .audio:
            if model.state.recording == row.key {
                Secondary("■ " + say(.recordStop), "stop-\(row.name)") { model.stopRecording() }
            } else {
                Secondary("● " + say(.record), "record-\(row.name)") { model.record(row.key) }
            }
        case .video: Secondary(say(.pickVideo), "pick-\(row.name)") { model.pick(row.key, "video/*") }
        case .file: Secondary(say(.pickFile), "pick-\(row.name)") { model.pick(row.key, "*/*") }
        }
    }
}
