import BackgroundTasks
import Network
import ObserverModel

/// Background tasks that run when there is a network, and again while something waits.
@MainActor
public final class PhoneDelivery: Delivery {
    // Info.plist permits these.
    private nonisolated static let (long, short) = ("org.baqylau.app.delivery", "org.baqylau.app.refresh")

    public func plan() {
        let long = BGProcessingTaskRequest(identifier: Self.long)
        long.requiresNetworkConnectivity = true
        // One that is refused (in a simulator, or switched off by the owner) leaves the delivery to the open app.
        for request in [long, BGAppRefreshTaskRequest(identifier: Self.short)] { try? BGTaskScheduler.shared.submit(request) }
    }

    public func connected() -> AsyncStream<Bool> {
        AsyncStream { continuation in
            let monitor = NWPathMonitor()
            monitor.pathUpdateHandler = { continuation.yield($0.status == .satisfied) }
            continuation.onTermination = { _ in monitor.cancel() }
            monitor.start(queue: .global())
        }
    }

    /// Once, before the app has launched. `deliver` says whether to come again; iOS says when it must end.
    public static func register(_ deliver: @escaping @MainActor @Sendable () async -> Bool) {
        for name in [long, short] {
            BGTaskScheduler.shared.register(forTaskWithIdentifier: name, using: .main) { given in
                nonisolated(unsafe) let task = given
                let work = Task { @MainActor in
                    _ = await deliver()
                    // The coordinators may have written, though nothing waits to be sent.
                    PhoneDelivery().plan()
                    task.setTaskCompleted(success: !Task.isCancelled)
                }
                task.expirationHandler = { @Sendable in work.cancel() }
            }
        }
    }
}
