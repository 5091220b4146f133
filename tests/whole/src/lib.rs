//! Mission days at random. The real phones, server and desks run in one process, over a network, on disks and by clocks that a seed decides;
//! the same seed plays the same day.
//!
//! # Layout
//! - [`day`]: what happens; `check`: what must hold
//! - [`phone`], [`desk`], [`server`]: the real programs, started again when they crash; [`template`]: what they begin with
//! - [`mod@line`]: the network; [`disk`]: the disks; [`clock`]: the clocks; [`dice`]: chance

mod check;
pub mod clock;
pub mod day;
pub mod desk;
pub mod dice;
pub mod disk;
pub mod line;
pub mod phone;
pub mod server;
pub mod template;
