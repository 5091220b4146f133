import ObserverModel
import UIKit
import UniformTypeIdentifiers

/// Files of the system's own screens. What is picked is read as a stream and never copied.
@MainActor
final class PhoneFiles: NSObject, Files, UIDocumentPickerDelegate {
    private var waiting: CheckedContinuation<URL?, Never>?

    func pick(_ type: String) async -> Picked? {
        let kind: UTType = type.hasPrefix("video") ? .movie : .item
        let picker = UIDocumentPickerViewController(forOpeningContentTypes: [kind])
        guard let url = await shown(picker), url.startAccessingSecurityScopedResource() else { return nil }
        guard let source = try? FileSource(url, done: { url.stopAccessingSecurityScopedResource() }) else { return nil }
        let media = UTType(filenameExtension: url.pathExtension)?.preferredMIMEType ?? "application/octet-stream"
        return Picked(media: media, source: source)
    }

    func save(name: String, bytes: Data) async -> Bool {
        guard let file = lent(name, bytes) else { return false }
        defer { try? FileManager.default.removeItem(at: file) }
        return await shown(UIDocumentPickerViewController(forExporting: [file], asCopy: true)) != nil
    }

    func share(name: String, bytes: Data) {
        guard let file = lent(name, bytes), let top else { return }
        let sheet = UIActivityViewController(activityItems: [file], applicationActivities: nil)
        sheet.completionWithItemsHandler = { _, _, _, _ in try? FileManager.default.removeItem(at: file) }
        sheet.popoverPresentationController?.sourceView = top.view
        top.present(sheet, animated: true)
    }

    /// Sealed bytes as the file that the system's screens want.
    private func lent(_ name: String, _ bytes: Data) -> URL? {
        let file = URL.temporaryDirectory.appending(path: name)
        return (try? bytes.write(to: file, options: .completeFileProtection)) == nil ? nil : file
    }

    private func shown(_ picker: UIDocumentPickerViewController) async -> URL? {
        guard let top, waiting == nil else { return nil }
        picker.delegate = self
        return await withCheckedContinuation {
            waiting = $0
            top.present(picker, animated: true)
        }
    }

    func documentPicker(_ controller: UIDocumentPickerViewController, didPickDocumentsAt urls: [URL]) { done(urls.first) }

    func documentPickerWasCancelled(_ controller: UIDocumentPickerViewController) { done(nil) }

    private func done(_ url: URL?) {
        waiting?.resume(returning: url)
        waiting = nil
    }

    private var top: UIViewController? {
        let windows = UIApplication.shared.connectedScenes.compactMap { ($0 as? UIWindowScene)?.keyWindow }
        var top = windows.first?.rootViewController
        while let over = top?.presentedViewController { top = over }
        return top
    }
}
