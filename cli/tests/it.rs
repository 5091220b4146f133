//! The binary, used as a person uses it.

mod it {
    mod demonstration;
    mod desk;
    mod mission;
    mod output;
    mod readme;
    mod support;
}
