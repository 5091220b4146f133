import Foundation
import ObserverModel
import SwiftUI

/// Pictures from the camera. Nothing of them is written.
@MainActor
public protocol Camera: AnyObject {
    /// Shows what the camera sees above a button, and gives a JPEG when the observer takes it.
    func photograph(_ shutter: String, taken: @escaping @MainActor (Data) -> Void, failed: @escaping @MainActor () -> Void) -> AnyView

    /// Shows what the camera sees, and gives the text of every QR code in it.
    func scan(read: @escaping @MainActor (String) -> Void, failed: @escaping @MainActor () -> Void) -> AnyView

    /// A text as a QR code.
    func code(_ text: String) -> CGImage?

    /// A JPEG, to be looked at.
    func picture(_ jpeg: Data) -> CGImage?
}

private struct PictureKey: EnvironmentKey {
    static let defaultValue: @MainActor @Sendable (Data) -> CGImage? = { _ in nil }
}

extension EnvironmentValues {
    /// What shows a JPEG.
    var picture: @MainActor @Sendable (Data) -> CGImage? {
        get { self[PictureKey.self] }
        set { self[PictureKey.self] = newValue }
    }
}
