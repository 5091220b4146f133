//! Power cuts. What phone, server and desk do to their disks is recorded; what a disk may hold when the power fails in between is made of
//! it, opened by the real programs, and compared with what they had acknowledged by then.
//!
//! # Layout
//! - `calls`: the system's calls that change files, recorded on their way; [`recording`]: what is recorded
//! - [`disk`]: what a disk holds for certain, and what it may or may not hold; [`survival`]: what of it a power cut leaves
//! - [`normal`]: SQLite with less care, to see that the loss is found
//! - [`mission`]: phone, server and desk in one process; [`day`]: what they do
//! - [`phone`], [`server`], [`desk`]: what has to be there afterwards; [`rare`]: the same of a salvage, a new log and a wipe
//! - [`harness`]: how many states are tried, and what is told of them
#![cfg(target_os = "linux")]

mod calls;
pub mod day;
pub mod desk;
pub mod disk;
pub mod harness;
pub mod mission;
pub mod normal;
pub mod phone;
pub mod rare;
pub mod recording;
pub mod server;
pub mod survival;
