//! Interrupts a program at one of its calls that change state, from inside: loaded before libc (`LD_PRELOAD`), it counts the calls that
//! write, sync, make, cut, rename or delete files, or send over a network, and at the one that it is told kills the process or answers
//! with an error. Every other call goes on to libc. Linux only.
//!
//! The environment says what: `BAQYLAU_FAULT` is a `fault::Fault` by its name, `BAQYLAU_FAULT_AT` the number of the call from 1 on,
//! `BAQYLAU_FAULT_LOG` a file that gets a line for each counted call: its number, its name, and the file.
#![cfg(target_os = "linux")]

mod calls;
mod fault;
