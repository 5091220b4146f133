//! The language bindings: generated code, and each language's package with its tests.

use crate::{cargo, python, root, run, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where `cargo xtask test` keeps the demonstrations that tests read.
pub fn demonstrations() -> PathBuf {
    root().join("target/demo")
}

/// Builds the libraries and the test mission, and generates the code of all languages into `target/bindings`.
pub fn generate() -> Result<(), String> {
    run("the test mission", cargo().args(["build", "--package", "baqylau-tests", "--bins"]))?;
    let packages = ["--package", "baqylau-ffi", "--package", "baqylau-desk-ffi", "--package", "baqylau-bindgen"];
    run("the libraries for other languages", cargo().arg("build").args(packages))?;
    for (language, library) in [("kotlin", "baqylau_ffi"), ("swift", "baqylau_ffi"), ("python", "baqylau_desk_ffi")] {
        let library = target().join("debug").join(format!("lib{library}{}", std::env::consts::DLL_SUFFIX));
        let mut command = bindgen();
        command.args(["generate", "--no-format", "--config"]).arg(root().join("uniffi.toml"));
        command.args(["--language", language, "--out-dir"]).arg(target().join("bindings").join(language)).arg(library);
        run(&format!("generate {language}"), &mut command)?;
    }
    place_swift_sources()
}

fn bindgen() -> Command {
    let mut command = Command::new(target().join("debug/baqylau-bindgen"));
    command.current_dir(root());
    command
}

/// Tests every language. One that cannot run counts as failed; the error says what is missing.
pub fn test() -> Result<(), String> {
    generate()?;
    check_readme_examples()?;
    let ran = [
        ("Python", test_python()),
        ("Kotlin", test_kotlin()),
        ("Swift", test_swift()),
        ("Android", test_android()),
        ("iOS", crate::ios::test()),
    ];
    let failed = ran.into_iter().filter_map(|(language, ran)| Some((language, ran.err()?)));
    let failed: Vec<String> =
        failed.map(|(language, why)| format!("{language} failed or could not be run: {why}")).collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// Checks that each README's example is the code that its test runs.
fn check_readme_examples() -> Result<(), String> {
    let read =
        |path: &str| std::fs::read_to_string(root().join("bindings").join(path)).map_err(|e| format!("{path}: {e}"));
    for (readme, test) in [
        ("kotlin/README.md", "kotlin/src/test/kotlin/org/baqylau/ReadmeTest.kt"),
        ("swift/README.md", "swift/Tests/BaqylauTests/ReadmeTests.swift"),
    ] {
        let source = read(test)?;
        let example = source.split("// README begins\n").nth(1).and_then(|t| t.split("// README ends").next());
        let example = example
            .ok_or_else(|| format!("{test}: it has no example between `// README begins` and `// README ends`"))?;
        let depth = example.len() - example.trim_start_matches(' ').len();
        let example: Vec<&str> = example.lines().map(|l| l.get(depth..).unwrap_or_default()).collect();
        if !read(readme)?.contains(example.join("\n").trim_end()) {
            return Err(format!("{readme}: its example differs from the one that {test} runs; copy it from there"));
        }
    }
    Ok(())
}

fn test_kotlin() -> Result<(), String> {
    run("Kotlin", &mut kotlin("debug", "test")?)
}

/// Maven in a folder, without progress output.
pub fn maven(folder: &Path) -> Result<Command, String> {
    let mut maven = Command::new("mvn");
    maven.current_dir(folder).args(["-q", "-B"]);
    maven.arg(format!("-Dbaqylau.target={}", absolute(&target())?.display()));
    Ok(maven)
}

/// Maven with a goal for the Kotlin package, using the libraries of a cargo profile.
pub fn kotlin(profile: &str, goal: &str) -> Result<Command, String> {
    let mut maven = maven(&root().join("bindings/kotlin"))?;
    maven.arg(goal).arg(format!("-Dbaqylau.profile={profile}"));
    Ok(maven)
}

/// Compiles the Android app and runs its screens, without an SDK.
pub fn android() -> Result<(), String> {
    generate()?;
    test_android()
}

fn test_android() -> Result<(), String> {
    // The Kotlin compiler leaves the classes of deleted sources.
    for classes in ["classes", "test-classes"] {
        let _ = std::fs::remove_dir_all(target().join("android/app").join(classes));
    }
    let mut maven = android_maven()?;
    maven.arg("test").env("PATH", tools::path_with(&tools::program("aapt2")?)?);
    run("Android", &mut maven)
}

/// Maven for the Android app. Its tests run on Android 16, which needs Java 21; Maven itself may run on an older one.
pub fn android_maven() -> Result<Command, String> {
    let mut maven = maven(&root().join("android"))?;
    maven.arg(format!("-Dbaqylau.test.java={}", tools::program("java")?.display()));
    Ok(maven)
}

fn test_swift() -> Result<(), String> {
    // One of them measures the memory of the whole process, which a test beside it changes.
    run("Swift", swift("debug")?.arg("--no-parallel"))
}

/// The tests of the Swift package, using the library of a cargo profile.
pub fn swift(profile: &str) -> Result<Command, String> {
    swift_in(&root().join("bindings/swift"), profile, "test")
}

/// A Swift command (`build` or `test`) in a package, using the library of a cargo profile.
pub fn swift_in(package: &Path, profile: &str, what: &str) -> Result<Command, String> {
    let target = absolute(&target())?;
    let mut swift = Command::new(tools::program("swift")?);
    // SwiftPM does not see that the static library changed, and would pass against the old one.
    for old in std::fs::read_dir(package.join(".build/debug")).into_iter().flatten().flatten() {
        if old.path().extension().is_some_and(|e| e == "xctest") {
            let path = old.path();
            let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            removed.map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    swift.current_dir(package).args([what, "-Xswiftc", "-warnings-as-errors", "-Xlinker", "--allow-shlib-undefined"]);
    swift.arg("-Xlinker").arg(format!("-L{}", target.join(profile).display()));
    swift.env("BAQYLAU_TEST_MISSION", mission());
    Ok(swift)
}

/// Copies the generated files to where SwiftPM expects them. Where one changed, whatever was built with the one before goes: SwiftPM does
/// not compile everything again that calls a class whose methods moved, and the calls end in others.
fn place_swift_sources() -> Result<(), String> {
    let (from, to) = (target().join("bindings/swift"), root().join("bindings/swift/Sources"));
    let mut changed = false;
    for (file, place) in [
        ("BaqylauCore.swift", "BaqylauCore/BaqylauCore.swift"),
        ("BaqylauFFI.h", "BaqylauFFI/BaqylauFFI.h"),
        ("BaqylauFFI.modulemap", "BaqylauFFI/module.modulemap"),
    ] {
        let place = to.join(place);
        let io = |e: std::io::Error| format!("{}: {e}", place.display());
        let new = std::fs::read(from.join(file)).map_err(io)?;
        if std::fs::read(&place).is_ok_and(|old| old == new) {
            continue;
        }
        std::fs::create_dir_all(place.parent().unwrap_or(&to)).map_err(io)?;
        std::fs::write(&place, new).map_err(io)?;
        changed = true;
    }
    for package in ["bindings/swift", "ios"].map(|package| root().join(package).join(".build")) {
        if changed && package.exists() {
            std::fs::remove_dir_all(&package).map_err(|e| format!("{}: {e}", package.display()))?;
        }
    }
    Ok(())
}

pub fn absolute(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))
}

/// Absolute path of the program that runs a test mission for other languages.
pub fn mission() -> PathBuf {
    let path = target().join("debug/mission");
    path.canonicalize().unwrap_or(path)
}

fn test_python() -> Result<(), String> {
    install_python("dev")?;
    let package = root().join("bindings/python");
    run("Python types", Command::new(inside("mypy")).current_dir(&package))?;
    let mut pytest = Command::new(inside("pytest"));
    pytest.current_dir(package.join("tests")).args(["-q", "-p", "no:cacheprovider"]);
    run("Python", pytest.env("BAQYLAU_TEST_MISSION", mission()).env("PYTHONDONTWRITEBYTECODE", "1"))
}

/// A program of the virtual environment in which the Python tests run.
pub fn inside(name: &str) -> PathBuf {
    target().join("python/venv/bin").join(name)
}

/// Creates a virtual environment with the packages that the Python tests need.
pub fn python_environment() -> Result<(), String> {
    if inside("pytest").exists() {
        return Ok(());
    }
    let needs = root().join("bindings/python/requirements-test.txt");
    run("a virtual environment for Python", python().args(["-m", "venv"]).arg(target().join("python/venv")))?;
    run("the packages for the Python tests", Command::new(inside("pip")).args(["install", "--quiet", "-r"]).arg(needs))
}

/// Builds the wheel of a cargo profile and installs it in the virtual environment.
pub fn install_python(profile: &str) -> Result<PathBuf, String> {
    python_environment()?;
    let wheels = target().join("python/wheels");
    let wheel = wheel(&wheels, profile)?;
    let install = ["install", "--quiet", "--force-reinstall", "--no-deps"];
    run("install the wheel", Command::new(inside("pip")).args(install).arg(&wheel))?;
    Ok(wheel)
}

/// Builds the wheel into an emptied folder. Maturin expects the generator under its usual name.
fn wheel(out: &Path, profile: &str) -> Result<PathBuf, String> {
    let tools = target().join("python/tools");
    let link = tools.join("uniffi-bindgen");
    let io = |e: std::io::Error| format!("{}: {e}", link.display());
    std::fs::create_dir_all(&tools).map_err(io)?;
    let _gone = std::fs::remove_file(&link);
    std::fs::hard_link(target().join("debug/baqylau-bindgen"), &link).map_err(io)?;
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(io)?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path)));
    let path = path.map_err(|e| e.to_string())?;
    let mut maturin = Command::new(inside("maturin"));
    maturin.current_dir(root().join("bindings/python")).args(["build", "--locked", "--profile", profile, "--out"]);
    run("the wheel", maturin.arg(out).env("PATH", path).env("CARGO_TARGET_DIR", target()))?;
    let mut files = std::fs::read_dir(out).map_err(io)?.flatten();
    files.next().map(|f| f.path()).ok_or_else(|| format!("{}: no wheel was built", out.display()))
}
