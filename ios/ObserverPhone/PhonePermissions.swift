import AVFoundation
import Baqylau
import CoreLocation
import ObserverModel
import UserNotifications

/// The system's questions, each after the screen said why.
@MainActor
final class PhonePermissions: NSObject, Permissions, CLLocationManagerDelegate {
    private let manager = CLLocationManager()
    private var waiting: [CheckedContinuation<Void, Never>] = []

    override init() {
        super.init()
        manager.delegate = self
    }

    func ask(_ permission: Permission) async -> Bool {
        switch permission {
        case .camera: await AVCaptureDevice.requestAccess(for: .video)
        case .microphone: await AVAudioApplication.requestRecordPermission()
        case .notices: (try? await UNUserNotificationCenter.current().requestAuthorization(options: [.alert])) ?? false
        case .position: await position()
        }
    }

    private func position() async -> Bool {
        if manager.authorizationStatus == .notDetermined {
            await withCheckedContinuation {
                waiting.append($0)
                manager.requestWhenInUseAuthorization()
            }
        }
        return positionGranted
    }

    var positionGranted: Bool { [.authorizedWhenInUse, .authorizedAlways].contains(manager.authorizationStatus) }

    // It is told once before anybody was asked.
    nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        if manager.authorizationStatus == .notDetermined { return }
        Task { @MainActor in while !self.waiting.isEmpty { self.waiting.removeFirst().resume() } }
    }
}

/// One position, when it is asked for; nothing listens before or after.
@MainActor
final class PhoneLocator: Locator {
    func position() async -> Position? { await within(.seconds(30), first) }
}

@Sendable private func first() async throws -> Position? {
    for try await update in CLLocationUpdate.liveUpdates() {
        guard let at = update.location, abs(at.timestamp.timeIntervalSinceNow) < 60 else { continue }
        let mock = at.sourceInformation?.isSimulatedBySoftware ?? false
        return here(latitude: at.coordinate.latitude, longitude: at.coordinate.longitude, metres: at.horizontalAccuracy, mock: mock)
    }
    return nil
}
