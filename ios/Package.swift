// swift-tools-version: 6.0
import PackageDescription

// On Linux the screens are checked against declarations of SwiftUI (`cargo xtask ios`).
#if os(Linux)
let system: [Target] = [.target(name: "SwiftUI", path: "LinuxStubs")]
let ui: [Target.Dependency] = ["ObserverModel", "SwiftUI"]
#else
let system: [Target] = []
let ui: [Target.Dependency] = ["ObserverModel"]
#endif

let package = Package(
    name: "Observer",
    defaultLocalization: "en",
    platforms: [.iOS(.v17)],
    products: [.library(name: "ObserverScreens", targets: ["ObserverScreens"])],
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
