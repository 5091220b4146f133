//! Links the phone's library small. The linker of the NDK folds equal functions and packs relocations as Android 9 reads them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "android") {
        for argument in ["--icf=all", "--pack-dyn-relocs=android+relr", "--use-android-relr-tags"] {
            println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
        }
    }
}
