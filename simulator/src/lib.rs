//! Observers who do not exist, for the demonstration and for tests. They read a plan of answers and fill checklists through
//! [`baqylau_observer::ObserverApp`], answer by answer, as a shell would. Nothing here knows a figure.
//!
//! # Layout
//! - [`plan`]: tables of answers with quotas, and the drawing of who answers what
//! - [`mod@schedule`]: who goes where and when
//! - [`device`]: one phone, working off its tasks; killed at any moment, it goes on where it was
//! - [`clock`]: the phones' clock, on the election day

pub mod clock;
pub mod device;
pub mod plan;
pub mod schedule;

pub use clock::SimulatedClock;
pub use device::{FORGOTTEN, WorkDone, answer_letters, work};
pub use schedule::{PlannedReport, ScheduleInputs, SimulatedObserver, schedule};
