import ObserverModel
import SwiftUI

struct CourierScreen: View {
    @Environment(\.say) private var say
    let model: CourierModel
    let camera: any Camera
    let back: @MainActor () -> Void

    var body: some View {
        let inside = model.state.scanning || !model.state.frames.isEmpty
        Screen(say(.courierTitle), model, back: inside ? { model.hide() } : back) {
            if model.state.scanning {
                Paragraph(say(.courierPercent, model.state.percent))
                camera.scan(read: { model.frame($0) }, failed: { model.cameraFailed() })
            } else if !model.state.frames.isEmpty {
                Frames(frames: model.state.frames, camera: camera)
            } else {
                ways
            }
        }
    }

    @ViewBuilder private var ways: some View {
        Paragraph(say(.courierAbout))
        Heading(say(.courierGive))
        Secondary(say(.courierSave), "save") { model.save() }
        Secondary(say(.courierShare), "share") { model.share() }
        Secondary(say(.courierShow), "show") { model.show() }
        if model.state.saved { Paragraph("✓ " + say(.courierSaved)) }
        Heading(say(.courierTake))
        Secondary(say(.courierImport), "import") { model.open() }
        Secondary(say(.courierScan), "scan") { model.scan() }
        if let brought = model.state.brought {
            Paragraph(say(.courierBrought, Int(brought.carried), Int(brought.delivered), Int(brought.refused)))
            if brought.bundle { Paragraph(say(.courierBundle)) }
            if let refused = brought.bundleRefused { Paragraph("⚠ " + say(.homeBundleRefused) + " " + say(rejected(refused))) }
        }
    }
}

/// One frame after the other, again and again.
private struct Frames: View {
    @Environment(\.say) private var say
    let frames: [String]
    let camera: any Camera
    @State private var at = 0

    var body: some View {
        let label = say(.courierFrame, at + 1, frames.count)
        Paragraph(label).task {
            while (try? await Task.sleep(for: .milliseconds(250))) != nil { at = (at + 1) % frames.count }
        }
        if let code = camera.code(frames[at % frames.count]) {
            Image(decorative: code, scale: 1).interpolation(.none).resizable()
                .aspectRatio(1, contentMode: .fit)
                .accessibilityLabel(label)
        }
    }
}
