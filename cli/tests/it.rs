//! The binary, used as a person uses it.

mod it {
    mod demonstration;
    mod mission;
    mod support;
}
