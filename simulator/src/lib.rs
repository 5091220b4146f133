//! Simulated observers, for the demonstration and for tests. They read a plan of answers and fill in checklists through
//! [`baqylau_observer::ObserverApp`], answer by answer, as an app would. They know nothing of figures.
//!
//! # Layout
//! - [`plan`]: tables of answers with quotas, and the random assignment of answers to reports
//! - [`mod@schedule`]: who observes where and when
//! - [`device`]: one phone carrying out its tasks; it can be killed at any moment and resumes
//! - [`clock`]: the phones' simulated clock

pub mod clock;
pub mod device;
pub mod plan;
pub mod schedule;

pub use clock::SimulatedClock;
pub use device::{FORGOTTEN, WorkDone, answer_letters, work};
pub use schedule::{PlannedReport, ScheduleInputs, SimulatedObserver, schedule};
