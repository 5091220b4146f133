#if os(Linux)
// The part of SwiftUI that the screens use, declared so that they are type-checked where SwiftUI is not. Nothing of it draws.
@_exported import Foundation

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}

extension Never: View {
    public var body: Never { fatalError("declared only") }
}

/// What has no body here.
public protocol Declared: View where Body == Never {}
extension Declared {
    public var body: Never { fatalError("declared only") }
}

public struct EmptyView: Declared { public init() {} }
public struct AnyView: Declared { public init<V: View>(_ view: V) {} }
public struct TupleView: Declared {}
public struct Either<A: View, B: View>: Declared {}
extension Optional: View where Wrapped: View { public var body: Never { fatalError("declared only") } }

@resultBuilder public struct ViewBuilder {
    @MainActor public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<V: View>(_ view: V) -> V { view }
    @MainActor public static func buildBlock<each V: View>(_ view: repeat each V) -> TupleView { TupleView() }
    public static func buildIf<V: View>(_ view: V?) -> V? { view }
    @MainActor public static func buildEither<A: View, B: View>(first: A) -> Either<A, B> { Either() }
    @MainActor public static func buildEither<A: View, B: View>(second: B) -> Either<A, B> { Either() }
    public static func buildExpression<V: View>(_ view: V) -> V { view }
}

/// A label that says where it answers a finger. SwiftUI takes any other too, which then answers on its letters alone.
public struct Shaped<V: View>: Declared {}
public struct Rectangle: Declared, Shape { public init() {} }
public protocol Shape {}

/// An alert of the system shows buttons with words, and nothing else of what it is given here.
@resultBuilder public struct AlertActions {
    public static func buildExpression(_ button: Button<Text>) -> Button<Text> { button }
    public static func buildBlock(_ buttons: Button<Text>...) -> [Button<Text>] { buttons }
}

public struct Text: Declared {
    public init(verbatim: String) {}
}
public struct Image: Declared {
    public init(decorative: CGImage, scale: CGFloat) {}
    public func interpolation(_ quality: Interpolation) -> Image { self }
    public func resizable() -> Image { self }
    public enum Interpolation { case none }
}
public final class CGImage {}
/// A view where its label is shaped; with words alone it belongs into an alert.
public struct Button<Label: View> {
    public init(role: ButtonRole? = nil, action: @escaping @MainActor () -> Void, label: () -> Label) {}
}
public protocol Touchable {}
extension Shaped: Touchable {}
extension Button: View, Declared where Label: Touchable {}
public struct ButtonRole: Sendable { public static let destructive = ButtonRole(), cancel = ButtonRole() }
public struct Spacer: Declared { public init(minLength: CGFloat? = nil) {} }
public struct ProgressView: Declared {
    public init() {}
    public init(value: Double?, total: Double = 1) {}
}
public struct VStack<C: View>: Declared {
    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> C) {}
}
public struct HStack<C: View>: Declared {
    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> C) {}
}
public struct ScrollView<C: View>: Declared { public init(@ViewBuilder content: () -> C) {} }
public struct ScrollViewReader<C: View>: Declared { public init(@ViewBuilder content: @escaping (ScrollViewProxy) -> C) {} }
public struct ScrollViewProxy { public func scrollTo<ID: Hashable>(_ id: ID, anchor: UnitPoint? = nil) {} }
public struct UnitPoint: Sendable { public static let top = UnitPoint() }
public struct ForEach<Data: RandomAccessCollection, ID: Hashable, C: View>: Declared {
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> C) {}
}
public struct TextField<Label: View>: Declared {
    public init(text: Binding<String>, axis: Axis = .horizontal, @ViewBuilder label: () -> Label) where Label: View {}
}
public struct SecureField<Label: View>: Declared {
    public init(text: Binding<String>, @ViewBuilder label: () -> Label) {}
}
public struct DatePicker<Label: View>: Declared {
    public init(selection: Binding<Date>, displayedComponents: DatePickerComponents, @ViewBuilder label: () -> Label) {}
}
public struct DatePickerComponents: Sendable {
    public static let date = DatePickerComponents(), hourAndMinute = DatePickerComponents()
}
public enum Axis { case horizontal, vertical }
public enum HorizontalAlignment { case leading, center, trailing }
public enum VerticalAlignment { case top, center, bottom, firstTextBaseline }
public enum Alignment { case leading, center, trailing }
public enum ScenePhase: Sendable { case background, inactive, active }
public enum ColorScheme: Sendable { case light, dark }
public struct Color: Declared, ShapeStyle, Sendable {
    public static let red = Color(), primary = Color(), secondary = Color(), clear = Color()
    public func opacity(_ opacity: Double) -> Color { self }
}
public protocol ShapeStyle {}
extension ShapeStyle where Self == Color {
    public static var red: Color { Color() }
    public static var primary: Color { Color() }
    public static var secondary: Color { Color() }
}
public struct Material: ShapeStyle { public init() {} }
extension ShapeStyle where Self == Material { public static var bar: Material { Material() } }
public struct TextContentType: Sendable { public static let oneTimeCode = TextContentType() }
public struct Font: Sendable {
    public static let title2 = Font(), headline = Font(), body = Font(), callout = Font()
    public func monospaced() -> Font { self }
    public func bold() -> Font { self }
}
public struct AccessibilityTraits: Sendable {
    public init() {}
    public static let isHeader = AccessibilityTraits(), isSelected = AccessibilityTraits()
}

@propertyWrapper public struct Binding<Value> {
    public init(get: @escaping @MainActor () -> Value, set: @escaping @MainActor (Value) -> Void) { fatalError("declared only") }
    @MainActor public var wrappedValue: Value { get { fatalError("declared only") } nonmutating set {} }
}
@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) {}
    public init(initialValue: Value) {}
    @MainActor public var wrappedValue: Value { get { fatalError("declared only") } nonmutating set {} }
    @MainActor public var projectedValue: Binding<Value> { fatalError("declared only") }
}
@propertyWrapper public struct FocusState<Value> {
    public struct Binding {}
    public init() {}
    @MainActor public var wrappedValue: Value { get { fatalError("declared only") } nonmutating set {} }
    public var projectedValue: Binding { Binding() }
}
@propertyWrapper public struct Environment<Value> {
    public init(_ path: KeyPath<EnvironmentValues, Value>) {}
    @MainActor public var wrappedValue: Value { fatalError("declared only") }
}
public struct EnvironmentValues {
    public init() {}
    public var dynamicTypeSize: DynamicTypeSize { DynamicTypeSize() }
    public var scenePhase: ScenePhase { .active }
    public var locale: Locale { get { .current } set {} }
    public var layoutDirection: LayoutDirection { get { .leftToRight } set {} }
    public subscript<K: EnvironmentKey>(key: K.Type) -> K.Value { get { K.defaultValue } set {} }
}
public protocol EnvironmentKey {
    associatedtype Value
    static var defaultValue: Value { get }
}

public protocol PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct ProminentButtonStyle: PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle { public static var bordered: Self { .init() } }
extension PrimitiveButtonStyle where Self == ProminentButtonStyle { public static var borderedProminent: Self { .init() } }
extension PrimitiveButtonStyle where Self == PlainButtonStyle { public static var plain: Self { .init() } }
public struct TextFieldStyle: Sendable { public static let roundedBorder = TextFieldStyle() }
public struct KeyboardType: Sendable { public static let numberPad = KeyboardType(), numbersAndPunctuation = KeyboardType(), `default` = KeyboardType() }
public struct Autocapitalization: Sendable { public static let never = Autocapitalization() }
public struct EdgeSet: Sendable { public static let horizontal = EdgeSet(), vertical = EdgeSet() }

extension View {
    public func padding(_ length: CGFloat? = nil) -> some View { self }
    public func padding(_ edges: EdgeSet, _ length: CGFloat? = nil) -> some View { self }
    public func frame(minWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil, maxHeight: CGFloat? = nil, alignment: Alignment = .center) -> some View { self }
    public func font(_ font: Font?) -> some View { self }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { self }
    public func background<S: ShapeStyle>(_ style: S) -> some View { self }
    public func tint(_ colour: Color?) -> some View { self }
    public func disabled(_ disabled: Bool) -> some View { self }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { self }
    public func textFieldStyle(_ style: TextFieldStyle) -> some View { self }
    public func keyboardType(_ type: KeyboardType) -> some View { self }
    public func textContentType(_ type: TextContentType?) -> some View { self }
    public func autocorrectionDisabled(_ disabled: Bool = true) -> some View { self }
    public func textInputAutocapitalization(_ how: Autocapitalization?) -> some View { self }
    public func aspectRatio(_ ratio: CGFloat?, contentMode: ContentMode) -> some View { self }
    public func environment<Value>(_ path: WritableKeyPath<EnvironmentValues, Value>, _ value: Value) -> some View { self }
    public func preferredColorScheme(_ scheme: ColorScheme?) -> some View { self }
    public func contrast(_ amount: Double) -> some View { self }
    public func id<ID: Hashable>(_ id: ID) -> some View { self }
    public func task(_ action: @escaping @MainActor () async -> Void) -> some View { self }
    public func task<ID: Equatable>(id: ID, _ action: @escaping @MainActor () async -> Void) -> some View { self }
    public func onAppear(perform: @escaping @MainActor () -> Void) -> some View { self }
    public func onChange<Value: Equatable>(of value: Value, _ action: @escaping @MainActor (Value, Value) -> Void) -> some View { self }
    public func safeAreaInset<C: View>(edge: Edge, @ViewBuilder content: () -> C) -> some View { self }
    public func alert(_ title: String, isPresented: Binding<Bool>, @AlertActions actions: () -> [Button<Text>], message: () -> Text) -> some View { self }
    public func contentShape<S: Shape>(_ shape: S) -> Shaped<Self> { Shaped() }
    public func focused(_ focused: FocusState<Bool>.Binding) -> some View { self }
    public func onSubmit(_ action: @escaping @MainActor () -> Void) -> some View { self }
    public func accessibilityLabel(_ label: String) -> some View { self }
    public func accessibilityIdentifier(_ name: String) -> some View { self }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { self }
    public func accessibilityElement(children: Children) -> some View { self }
}
public struct DynamicTypeSize: Sendable { public var isAccessibilitySize: Bool { false } }
public enum LayoutDirection: Sendable { case leftToRight, rightToLeft }
public enum ContentMode { case fit }
public enum Edge { case bottom }
public enum Children { case combine }
#endif
