import ObserverModel
import ObserverPhone
import ObserverScreens
import SwiftUI
import UIKit

@main
struct ObserverApp: App {
    @UIApplicationDelegateAdaptor(Delegate.self) private var delegate
    @Environment(\.scenePhase) private var phase

    var body: some Scene {
        WindowGroup {
            Root(delegate.observer, camera: delegate.camera)
                // What is on the screen does not stand among the recent apps.
                .overlay { if phase != .active { Rectangle().fill(.background).ignoresSafeArea() } }
        }
        .onChange(of: phase, initial: true) { _, now in delegate.phase(now) }
    }
}

@MainActor
final class Delegate: NSObject, UIApplicationDelegate {
    // Continuous: it goes on while the phone sleeps.
    let observer = Observer(PhoneServices()) { Int64(clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW) / 1_000_000) }
    let camera = PhoneCamera()
    private var (copied, inFront) = (0, false)

    func application(_ app: UIApplication, didFinishLaunchingWithOptions: [UIApplication.LaunchOptionsKey: Any]?) -> Bool {
        PhoneDelivery.register { [observer] in await observer.deliver() }
        return true
    }

    /// No keyboard of somebody else sees an answer.
    func application(_ app: UIApplication, shouldAllowExtensionPointIdentifier point: UIApplication.ExtensionPointIdentifier) -> Bool {
        point != .keyboard
    }

    func phase(_ now: ScenePhase) {
        switch now {
        case .active:
            if !inFront { copied = UIPasteboard.general.changeCount }
            inFront = true
            Task { await observer.seen() }
        case .background:
            // What was copied from an answer stays in no pasteboard.
            if UIPasteboard.general.changeCount != copied { UIPasteboard.general.items = [] }
            inFront = false
            let left = Task { await observer.unseen() }
            let time = UIApplication.shared.beginBackgroundTask { left.cancel() }
            Task { await left.value; UIApplication.shared.endBackgroundTask(time) }
        default: break
        }
    }
}
