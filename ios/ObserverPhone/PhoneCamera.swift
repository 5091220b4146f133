import AVFoundation
import CoreImage.CIFilterBuiltins
import ImageIO
import ObserverScreens
import SwiftUI

/// AVFoundation, straight into memory: no picture is ever a file.
@MainActor
public final class PhoneCamera: Camera {
    public init() {}

    public func photograph(_ shutter: String, taken: @escaping @MainActor (Data) -> Void, failed: @escaping @MainActor () -> Void) -> AnyView {
        AnyView(Seen(eye: Eye(.photographs, failed: failed) { if case .photograph(let jpeg) = $0 { taken(jpeg) } }, shutter: shutter))
    }

    public func scan(read: @escaping @MainActor (String) -> Void, failed: @escaping @MainActor () -> Void) -> AnyView {
        AnyView(Seen(eye: Eye(.codes, failed: failed) { if case .code(let text) = $0 { read(text) } }, shutter: nil))
    }

    /// Turned as it was taken, and no larger than a screen needs.
    public func picture(_ jpeg: Data) -> CGImage? {
        let source = CGImageSourceCreateWithData(jpeg as CFData, [kCGImageSourceShouldCache: false] as CFDictionary)
        let options: [CFString: Any] = [
            kCGImageSourceCreateThumbnailFromImageAlways: true, kCGImageSourceCreateThumbnailWithTransform: true,
            kCGImageSourceThumbnailMaxPixelSize: 2_048,
        ]
        return source.flatMap { CGImageSourceCreateThumbnailAtIndex($0, 0, options as CFDictionary) }
    }

    public func code(_ text: String) -> CGImage? {
        let filter = CIFilter.qrCodeGenerator()
        filter.message = Data(text.utf8)
        filter.correctionLevel = "L"
        return filter.outputImage.flatMap { CIContext().createCGImage($0, from: $0.extent) }
    }
}

private struct Seen: View {
    // Drawn again, the view keeps the camera that it opened.
    @State var eye: Eye
    let shutter: String?

    var body: some View {
        VStack {
            Preview(eye: eye).frame(minHeight: 320)
            if let shutter { Button(shutter) { eye.shoot() }.buttonStyle(.borderedProminent).frame(minHeight: 44) }
        }
        .onAppear { eye.open() }
        .onDisappear { eye.close() }
    }
}

private struct Preview: UIViewRepresentable {
    let eye: Eye

    func makeUIView(context: Context) -> Surface {
        let surface = Surface()
        (surface.layer as? AVCaptureVideoPreviewLayer)?.session = eye.session
        return surface
    }

    func updateUIView(_ surface: Surface, context: Context) {}

    final class Surface: UIView {
        override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
    }
}

/// An open camera. It works on a queue of its own, as AVFoundation asks.
private final class Eye: NSObject, AVCapturePhotoCaptureDelegate, AVCaptureMetadataOutputObjectsDelegate, @unchecked Sendable {
    enum For { case photographs, codes }
    enum Thing: Sendable { case photograph(Data), code(String) }

    // Made when they are needed: the view that holds them is made again and again.
    private(set) lazy var session = AVCaptureSession()
    private lazy var photograph = AVCapturePhotoOutput()
    private lazy var codes = AVCaptureMetadataOutput()
    private let queue = DispatchQueue(label: "camera")
    private var last: String?
    private let purpose: For
    private let failed: @MainActor () -> Void
    private let seen: @MainActor (Thing) -> Void

    init(_ purpose: For, failed: @escaping @MainActor () -> Void, seen: @escaping @MainActor (Thing) -> Void) {
        (self.purpose, self.failed, self.seen) = (purpose, failed, seen)
    }

    func open() {
        queue.async { [self] in
            if !session.inputs.isEmpty { return session.startRunning() }
            let output: AVCaptureOutput = purpose == .codes ? codes : photograph
            guard let back = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: back),
                session.canAddInput(input), session.canAddOutput(output) else { return tell { $0.failed() } }
            session.sessionPreset = purpose == .codes ? .high : .photo
            session.addInput(input)
            session.addOutput(output)
            if purpose == .codes {
                codes.setMetadataObjectsDelegate(self, queue: queue)
                codes.metadataObjectTypes = [.qr]
            }
            session.startRunning()
        }
    }

    func close() { queue.async { [self] in session.stopRunning() } }

    func shoot() {
        queue.async { [self] in
            guard session.isRunning, photograph.connection(with: .video)?.isActive == true else { return tell { $0.failed() } }
            photograph.capturePhoto(with: AVCapturePhotoSettings(format: [AVVideoCodecKey: AVVideoCodecType.jpeg]), delegate: self)
        }
    }

    func photoOutput(_ output: AVCapturePhotoOutput, didFinishProcessingPhoto photo: AVCapturePhoto, error: (any Error)?) {
        let jpeg = photo.fileDataRepresentation()
        tell { eye in if let jpeg { eye.seen(.photograph(jpeg)) } else { eye.failed() } }
    }

    func metadataOutput(_ output: AVCaptureMetadataOutput, didOutput found: [AVMetadataObject], from connection: AVCaptureConnection) {
        for case let code as AVMetadataMachineReadableCodeObject in found {
            // The same code is seen in every frame.
            guard let text = code.stringValue, text != last else { continue }
            last = text
            tell { $0.seen(.code(text)) }
        }
    }

    private func tell(_ what: @escaping @MainActor @Sendable (Eye) -> Void) { Task { @MainActor in what(self) } }
}
