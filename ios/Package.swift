// swift-tools-version: 6.0
import PackageDescription

// On Linux the screens are checked against declarations of SwiftUI, and what only iOS has is left out (`cargo xtask ios`).
#if os(Linux)
let system: [Target] = [.target(name: "SwiftUI", path: "LinuxStubs")]
let ui: [Target.Dependency] = ["ObserverModel", "SwiftUI"]
#else
let system: [Target] = [.target(name: "ObserverPhone", dependencies: ["ObserverModel", "ObserverScreens"], path: "ObserverPhone")]
let ui: [Target.Dependency] = ["ObserverModel"]
#endif

let package = Package(
    name: "Observer",
    defaultLocalization: "en",
    platforms: [.iOS(.v17)],
    products: [.library(name: "Observer", targets: system.map(\.name) + ["ObserverModel", "ObserverScreens"])],
    dependencies: [.package(name: "Baqylau", path: "../bindings/swift")],
    targets: system + [
        .target(
            name: "ObserverModel", dependencies: [.product(name: "Baqylau", package: "Baqylau")], path: "ObserverModel"),
        .target(name: "ObserverMemory", dependencies: ["ObserverModel"], path: "ObserverMemory"),
        .target(
            name: "ObserverScreens", dependencies: ui, path: "ObserverScreens",
            resources: [.process("Localizable.xcstrings")]),
        .testTarget(
            name: "ObserverModelTests", dependencies: ["ObserverModel", "ObserverMemory"], path: "Tests/ObserverModelTests"),
    ],
    swiftLanguageModes: [.v6]
)
