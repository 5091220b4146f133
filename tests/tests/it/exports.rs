//! What other languages call: a fault of this program ends a call there, and never the app.

use baqylau_ffi::{Change, ChangeListener, ForeignError, ObserverCore, Phone, file_vault};
use baqylau_tests::{PIN, World, tables};
use std::path::Path;
use std::sync::Arc;

/// Swift ends the app at a panic of a call that cannot fail.
#[test]
fn no_export_without_an_error_can_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/observer/src");
    let rest = std::fs::read_dir(folder.join("core")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = [folder.join("core.rs"), folder.join("phone.rs")].into_iter().chain(rest);
    let source: String = files.map(|file| std::fs::read_to_string(file).expect("the exports")).collect();
    let exports = source.split("    pub fn ").skip(1).chain(source.split("\npub fn ").skip(1));
    let mut calm = Vec::new();
    for export in exports {
        let (signature, rest) = export.split_once('{').expect("a body");
        let name = signature.split('(').next().expect("a name");
        if signature.contains("Result<") {
            continue;
        }
        let body = rest.split("\n    }\n").next().expect("a body");
        // These two only keep what they are given.
        assert!(
            body.trim_start().starts_with("calm(") || ["new", "bytes_source"].contains(&name),
            "{name}: return a Result, or be calm"
        );
        calm.push(name.to_owned());
    }
    calm.sort();
    assert_eq!(
        calm,
        ["bytes_source", "has_biometric", "interrupt", "listen", "new", "percent", "replaced", "set_language"]
    );
}

/// A screen that fails when it is told, and when it goes.
struct Failing;

impl ChangeListener for Failing {
    fn changed(&self, _: Change) -> Result<(), ForeignError> {
        panic!("on purpose");
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_listener_that_panics_ends_no_call() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let folder = world.folder.path();
    let text = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let phone = Phone { folder: text("phone"), language: "en".into(), boot: "1".into(), offset_minutes: 0 };
    let vault = file_vault(text("vault")).expect("a vault");
    let core = ObserverCore::create(phone, vault, PIN.into(), invite).expect("a store");
    core.listen(Some(Arc::new(Failing)));
    core.set_language("kk".into());
    assert!(core.enrol(30_000).expect("enrols").enrolled);
    core.lock().expect("locks");
    core.unlock(PIN.into()).expect("unlocks");
    core.listen(None);
    core.set_language("ru".into());
    assert!(!core.is_locked().expect("it goes on"));
}
