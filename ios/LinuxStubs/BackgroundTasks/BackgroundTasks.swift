#if os(Linux)
// The part of BackgroundTasks that the app uses, declared so that it is type-checked where there is none. Nothing of it runs.
import Dispatch

open class BGTask {
    public var expirationHandler: (() -> Void)?
    public func setTaskCompleted(success: Bool) {}
}
open class BGTaskRequest {}
public final class BGProcessingTaskRequest: BGTaskRequest {
    public init(identifier: String) {}
    public var requiresNetworkConnectivity = false
}
public final class BGAppRefreshTaskRequest: BGTaskRequest { public init(identifier: String) {} }
public final class BGTaskScheduler: Sendable {
    public static let shared = BGTaskScheduler()
    public func submit(_ request: BGTaskRequest) throws {}
    @discardableResult
    public func register(
        forTaskWithIdentifier name: String, using queue: DispatchQueue?, launchHandler: @escaping (BGTask) -> Void
    ) -> Bool { false }
}
#endif
