import Baqylau
import ObserverModel
import SwiftUI

/// No target is smaller, in points.
let target: CGFloat = 44

/// A screen: its name with the way back, what went wrong, what it shows, and what is to be done, within the thumb's reach.
struct Screen<Content: View, Bottom: View>: View {
    @Environment(\.say) private var say
    let title: String
    let model: ScreenModel?
    let back: (@MainActor () -> Void)?
    let focus: Key?
    let content: Content
    let bottom: Bottom

    /// `focus`: the question that is brought into sight.
    init(
        _ title: String, _ model: ScreenModel?, back: (@MainActor () -> Void)?, focus: Key? = nil,
        @ViewBuilder content: () -> Content, @ViewBuilder bottom: () -> Bottom
    ) {
        self.title = title
        self.model = model
        self.back = back
        self.focus = focus
        self.content = content()
        self.bottom = bottom()
    }

    var body: some View {
        ScrollViewReader { reader in
            ScrollView {
                // Not lazy: what is looked for may be far below.
                VStack(alignment: .leading, spacing: 12) {
                    if let back { Plain(say(.back), "back", back) }
                    Text(verbatim: title).font(.title2.bold()).accessibilityAddTraits(.isHeader)
                    if let model, model.busy > 0 { ProgressView() }
                    if let model, let words = model.error { ErrorCard(words: words, close: { model.forgetError() }) }
                    content
                }
                .padding()
                .frame(maxWidth: 720)
            }
            .onChange(of: focus) { _, now in if let now { reader.scrollTo(now, anchor: .top) } }
        }
        .safeAreaInset(edge: .bottom) { VStack(spacing: 8) { bottom }.padding(.horizontal).background(.bar) }
    }
}

extension Screen where Bottom == EmptyView {
    init(_ title: String, _ model: ScreenModel?, back: (@MainActor () -> Void)?, @ViewBuilder content: () -> Content) {
        self.init(title, model, back: back, content: content, bottom: { EmptyView() })
    }
}

/// What went wrong, and what to do.
struct ErrorCard: View {
    @Environment(\.say) private var say
    let words: Words
    var close: (@MainActor () -> Void)?

    var body: some View {
        VStack(alignment: .leading) {
            Text(verbatim: "⚠ " + say(words)).accessibilityIdentifier("error")
            if let close { Plain(say(.understood), "understood", close) }
        }
        .padding()
        .background(Color.red.opacity(0.15))
    }
}

/// The one thing to do next.
struct Primary: View {
    let text: String
    let name: String
    let act: @MainActor () -> Void

    init(_ text: String, _ name: String, _ act: @escaping @MainActor () -> Void) {
        (self.text, self.name, self.act) = (text, name, act)
    }

    var body: some View {
        Button(action: act) { Text(verbatim: text).frame(maxWidth: .infinity, minHeight: target).contentShape(Rectangle()) }
            .buttonStyle(.borderedProminent)
            .accessibilityIdentifier(name)
    }
}

struct Secondary: View {
    let text: String
    let name: String
    let act: @MainActor () -> Void

    init(_ text: String, _ name: String, _ act: @escaping @MainActor () -> Void) {
        (self.text, self.name, self.act) = (text, name, act)
    }

    var body: some View {
        Button(action: act) { Text(verbatim: text).frame(maxWidth: .infinity, minHeight: target).contentShape(Rectangle()) }
            .buttonStyle(.bordered)
            .accessibilityIdentifier(name)
    }
}

/// A button that is only its words.
struct Plain: View {
    let text: String
    let name: String
    let act: @MainActor () -> Void

    init(_ text: String, _ name: String, _ act: @escaping @MainActor () -> Void) {
        (self.text, self.name, self.act) = (text, name, act)
    }

    var body: some View {
        Button(action: act) {
            Text(verbatim: text).frame(minWidth: target, minHeight: target, alignment: .leading).contentShape(Rectangle())
        }
        .accessibilityIdentifier(name)
    }
}

/// A line that leads somewhere: what it is, what is known of it, and a mark that says its state without colour.
struct Line: View {
    let title: String
    let name: String
    let below: String
    let mark: String
    let act: @MainActor () -> Void

    init(_ title: String, _ name: String, below: String = "", mark: String = "", _ act: @escaping @MainActor () -> Void) {
        (self.title, self.name, self.below, self.mark, self.act) = (title, name, below, mark, act)
    }

    var body: some View {
        Button(action: act) {
            HStack {
                VStack(alignment: .leading) {
                    Text(verbatim: title)
                    if !below.isEmpty { Text(verbatim: below).font(.callout).foregroundStyle(.secondary) }
                }
                Spacer()
                Text(verbatim: mark)
            }
            .frame(maxWidth: .infinity, minHeight: target)
            // The room between the letters answers too.
            .contentShape(Rectangle())
        }
        .buttonStyle(.plain)
        .accessibilityIdentifier(name)
        .accessibilityElement(children: .combine)
    }
}

/// One of several: the whole line is the target, and a sign tells its state, not a colour.
struct Choice: View {
    let text: String
    let chosen: Bool
    let name: String
    let act: @MainActor () -> Void

    init(_ text: String, _ chosen: Bool, _ name: String, _ act: @escaping @MainActor () -> Void) {
        (self.text, self.chosen, self.name, self.act) = (text, chosen, name, act)
    }

    var body: some View {
        Line((chosen ? "◉ " : "○ ") + text, name, act)
            .accessibilityLabel(text)
            .accessibilityAddTraits(chosen ? .isSelected : AccessibilityTraits())
    }
}

struct Heading: View {
    let text: String
    init(_ text: String) { self.text = text }
    var body: some View { Text(verbatim: text).font(.headline).accessibilityAddTraits(.isHeader) }
}

struct Paragraph: View {
    let text: String
    init(_ text: String) { self.text = text }
    var body: some View { Text(verbatim: text).frame(maxWidth: .infinity, alignment: .leading) }
}

/// A field whose keyboard suggests nothing.
struct Field: View {
    let label: String
    let name: String
    let text: String
    var keyboard = KeyboardKind.words
    /// Told when the hand leaves the field, or says so with the keyboard's own key.
    var finished: @MainActor () -> Void = {}
    let change: @MainActor (String) -> Void
    @FocusState private var focused: Bool

    var body: some View {
        // A number has one line: its keyboard's key ends it.
        TextField(text: Binding(get: { text }, set: { change($0) }), axis: keyboard == .words ? .vertical : .horizontal) { Text(verbatim: label) }
            .focused($focused)
            .onChange(of: focused) { _, now in if !now { finished() } }
            .onSubmit { finished() }
            .textFieldStyle(.roundedBorder)
            .keyboardType(keyboard == .words ? .default : .numbersAndPunctuation)
            .autocorrectionDisabled()
            .textInputAutocapitalization(.never)
            .frame(minHeight: target)
            .accessibilityLabel(label)
            .accessibilityIdentifier(name)
    }
}

enum KeyboardKind { case words, numbers }

/// Digits that nobody else reads.
struct Pin: View {
    let label: String
    let name: String
    let text: String
    let change: @MainActor (String) -> Void

    var body: some View {
        SecureField(text: Binding(get: { text }, set: { change($0) })) { Text(verbatim: label) }
            .textFieldStyle(.roundedBorder)
            .keyboardType(.numberPad)
            // The phone offers to keep no password.
            .textContentType(.oneTimeCode)
            .frame(minHeight: target)
            .accessibilityLabel(label)
            .accessibilityIdentifier(name)
    }
}
