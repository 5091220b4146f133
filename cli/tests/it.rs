//! The binary, used as a person uses it.

mod it {
    mod demonstration;
    mod desk;
    mod hostile;
    mod joint;
    mod mission;
    mod output;
    mod readme;
    mod runbook;
    mod secrets;
    mod statement;
    mod support;
    mod verify;
    mod witness;
}
