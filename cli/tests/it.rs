//! The binary, used as a person uses it.

mod it {
    mod demonstration;
    mod desk;
    mod hostile;
    mod mission;
    mod output;
    mod readme;
    mod runbook;
    mod support;
    mod witness;
}
