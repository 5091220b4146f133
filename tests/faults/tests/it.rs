//! The real program, interrupted once at each of its calls that change state: killed, or told that the disk is full, broken or read-only.
#![cfg(target_os = "linux")]

mod it {
    mod commands;
    mod facts;
    mod interrupted;
    mod program;
    mod reading;
    mod stage;
    mod sweep;
}
