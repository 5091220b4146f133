// swift-tools-version: 6.0
import PackageDescription

let baqylau = Target.Dependency.product(name: "Baqylau", package: "Baqylau")

// On Linux the screens are checked against declarations of SwiftUI, and what only iOS has is left out (`cargo xtask ios`).
#if os(Linux)
let system = ["SwiftUI", "BackgroundTasks", "Network"].map { Target.target(name: $0, path: "LinuxStubs/\($0)") } + [
    .target(
        name: "ObserverPhone", dependencies: ["ObserverModel", "BackgroundTasks", "Network"], path: "ObserverPhone",
        exclude: [
            "EnclaveVault.swift", "PhoneCamera.swift", "PhoneFiles.swift", "PhoneMicrophone.swift", "PhonePermissions.swift",
            "PhoneServices.swift",
        ])
]
let ui: [Target.Dependency] = [baqylau, "ObserverModel", "SwiftUI"]
#else
let system: [Target] = [.target(name: "ObserverPhone", dependencies: [baqylau, "ObserverModel", "ObserverScreens"], path: "ObserverPhone")]
let ui: [Target.Dependency] = [baqylau, "ObserverModel"]
#endif

let package = Package(
    name: "Observer",
    defaultLocalization: "en",
    platforms: [.iOS(.v17)],
    products: [.library(name: "Observer", targets: system.map(\.name) + ["ObserverModel", "ObserverScreens"])],
    dependencies: [.package(name: "Baqylau", path: "../bindings/swift")],
    targets: system + [
        .target(
            name: "ObserverModel", dependencies: [baqylau], path: "ObserverModel"),
        .target(name: "ObserverMemory", dependencies: ["ObserverModel"], path: "ObserverMemory"),
        .target(
            name: "ObserverScreens", dependencies: ui, path: "ObserverScreens",
            resources: [.process("Localizable.xcstrings")]),
        .testTarget(
            name: "ObserverModelTests", dependencies: ["ObserverModel", "ObserverMemory"], path: "Tests/ObserverModelTests"),
    ],
    swiftLanguageModes: [.v6]
)
