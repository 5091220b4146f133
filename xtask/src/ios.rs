//! The iOS app, as far as it can be built and tested without a Mac.

use crate::{bindings, root, run};

/// Generates the bindings, type-checks the screens and tests the models.
pub fn ios() -> Result<(), String> {
    bindings::generate()?;
    test()
}

/// The screens, and the tests of the models against the core and a mission, over what is generated.
pub fn test() -> Result<(), String> {
    let package = root().join("ios");
    run("the screens of iOS", bindings::swift_in(&package, "debug", "build")?.args(["--target", "ObserverScreens"]))?;
    run("iOS", &mut bindings::swift_in(&package, "debug", "test")?)
}
