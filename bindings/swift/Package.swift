// swift-tools-version: 6.0
import PackageDescription

// On Apple's platforms the core comes as an XCFramework (`cargo xtask release ios`), elsewhere as a static library beside a header.
// `cargo xtask bindings` lays the generated files into Sources.
#if os(Linux)
let ffi: Target = .systemLibrary(name: "BaqylauFFI", path: "Sources/BaqylauFFI")
#else
let ffi: Target = .binaryTarget(name: "BaqylauFFI", path: "BaqylauFFI.xcframework")
#endif

let package = Package(
    name: "Baqylau",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "Baqylau", targets: ["Baqylau"])],
    targets: [
        ffi,
        .target(
            name: "BaqylauCore",
            dependencies: ["BaqylauFFI"],
            linkerSettings: [.linkedLibrary(":libbaqylau_ffi.a", .when(platforms: [.linux]))]
        ),
        .target(name: "Baqylau", dependencies: ["BaqylauCore"]),
        .testTarget(name: "BaqylauTests", dependencies: ["Baqylau"]),
    ],
    swiftLanguageModes: [.v6]
)
