//! Builds release packages: for Android, for Apple's platforms, a jar, a wheel.

use crate::bindings::{absolute, generate, install_python, kotlin, target};
use crate::{cargo, root, run};
use std::path::Path;
use std::process::Command;

const USAGE: &str = "cargo xtask release android | ios | jvm | python";
/// Target size of the phone's library for one processor, in bytes.
const AIM: u64 = 6_000_000;
/// SQLite features that are not used.
const SQLITE: (&str, &str) = (
    "LIBSQLITE3_FLAGS",
    "-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE",
);

/// Builds one package, or says what is missing.
pub fn release(what: Option<&str>) -> Result<(), String> {
    match what {
        Some("android") => android(),
        Some("ios") => ios(),
        Some("jvm") => jvm(),
        Some("python") => python(),
        _ => Err(USAGE.to_owned()),
    }
}

/// The library for both processors of current phones, with the generated Kotlin; then the AAR and the APK.
fn android() -> Result<(), String> {
    need(
        "cargo-ndk",
        cargo().args(["ndk", "--version"]),
        "cargo install cargo-ndk, and rustup target add aarch64-linux-android x86_64-linux-android",
    )?;
    if std::env::var_os("ANDROID_NDK_HOME").is_none() {
        return Err("ANDROID_NDK_HOME is not set: install the NDK (sdkmanager --install 'ndk;28.2.13676358') and set the variable to its folder".into());
    }
    generate()?;
    let out = target().join("release-packages/android/jniLibs");
    let mut ndk = cargo();
    ndk.args(["ndk", "--target", "arm64-v8a", "--target", "x86_64", "--platform", "28", "--output-dir"]).arg(&out);
    ndk.args(["build", "--profile", "phone", "--locked", "--package", "baqylau-ffi"]);
    run("the library for Android", ndk.env(SQLITE.0, SQLITE.1))?;
    for abi in ["arm64-v8a", "x86_64"] {
        report_size(&out.join(abi).join("libbaqylau_ffi.so"))?;
    }
    println!("{}: the libraries; {}: the generated Kotlin", out.display(), target().join("bindings/kotlin").display());
    if std::env::var_os("ANDROID_HOME").is_none() {
        return Err("ANDROID_HOME is not set: install the Android SDK and set the variable to its folder".into());
    }
    let mut gradle = Command::new(root().join("android/gradlew"));
    gradle.args([":observer:assembleRelease", ":app:assembleRelease"]);
    run("the AAR and the APK", &mut gradle)?;
    for output in ["observer/build/outputs/aar", "app/build/outputs/apk/release"] {
        println!("{}", root().join("android").join(output).display());
    }
    Ok(())
}

/// An XCFramework for devices and simulators, in the place where the Swift package expects it.
fn ios() -> Result<(), String> {
    need(
        "xcodebuild",
        Command::new("xcodebuild").arg("-version"),
        "an XCFramework can only be built on a Mac with Xcode",
    )?;
    generate()?;
    let headers = root().join("bindings/swift/Sources/BaqylauFFI");
    let framework = root().join("bindings/swift/BaqylauFFI.xcframework");
    let io = |e: std::io::Error| format!("{}: {e}", framework.display());
    if framework.exists() {
        std::fs::remove_dir_all(&framework).map_err(io)?;
    }
    let mut make = Command::new("xcodebuild");
    make.arg("-create-xcframework");
    for triple in ["aarch64-apple-ios", "aarch64-apple-ios-sim", "aarch64-apple-darwin"] {
        run(&format!("the target {triple}"), Command::new("rustup").args(["target", "add", triple]))?;
        let build = ["build", "--profile", "phone", "--locked", "--package", "baqylau-ffi", "--target", triple];
        run(&format!("the library for {triple}"), cargo().args(build).env(SQLITE.0, SQLITE.1))?;
        let library = target().join(triple).join("phone/libbaqylau_ffi.a");
        make.arg("-library").arg(library).arg("-headers").arg(&headers);
    }
    run("the XCFramework", make.arg("-output").arg(&framework))?;
    println!("{}", framework.display());
    Ok(())
}

/// A wheel with the observer's core and the desk.
fn python() -> Result<(), String> {
    generate()?;
    run("the library", cargo().args(["build", "--release", "--locked", "--package", "baqylau-desk-ffi"]))?;
    let wheel = install_python("release")?;
    println!("{}: {} bytes", wheel.display(), size(&wheel)?);
    Ok(())
}

/// A jar containing this machine's library, in the place where JNA looks for it.
fn jvm() -> Result<(), String> {
    generate()?;
    let build = ["build", "--profile", "phone", "--locked", "--package", "baqylau-ffi"];
    run("the library", cargo().args(build).env(SQLITE.0, SQLITE.1))?;
    let name = format!("libbaqylau_ffi{}", std::env::consts::DLL_SUFFIX);
    let natives = target().join("release-packages/jvm");
    let system = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let folder = natives.join(format!("{system}-{}", std::env::consts::ARCH.replace('_', "-")));
    let io = |e: std::io::Error| format!("{}: {e}", folder.display());
    std::fs::create_dir_all(&folder).map_err(io)?;
    std::fs::copy(target().join("phone").join(&name), folder.join(&name)).map_err(io)?;
    report_size(&folder.join(&name))?;
    let mut jar = kotlin("release", "package")?;
    run("the jar", jar.arg("-DskipTests").arg(format!("-Dbaqylau.natives={}", absolute(&natives)?.display())))?;
    let jar = target().join("kotlin/baqylau-0.1.0.jar");
    println!("{}: {} bytes", jar.display(), size(&jar)?);
    Ok(())
}

fn need(what: &str, probe: &mut Command, remedy: &str) -> Result<(), String> {
    let found = probe.output().is_ok_and(|o| o.status.success());
    if found { Ok(()) } else { Err(format!("{what} is missing: {remedy}")) }
}

fn size(file: &Path) -> Result<u64, String> {
    std::fs::metadata(file).map(|m| m.len()).map_err(|e| format!("{}: {e}", file.display()))
}

fn report_size(library: &Path) -> Result<(), String> {
    let size = size(library)?;
    let aim = if size <= AIM { "within" } else { "above" };
    println!("{}: {size} bytes, {aim} the target of {AIM}", library.display());
    Ok(())
}
