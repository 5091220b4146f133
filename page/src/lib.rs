//! The coordinators' page: shows the desk's data in a browser on the same machine, from verified reports only.
//!
//! # Layout
//! - `serve`: listens on loopback and polls for changes
//! - `guard`: access control and browser policy
//! - `state`: the desk, the evaluated reports, and the subscribers to changes
//! - `query`: filters in URLs
//! - `views`: the pages
//! - `failure`: an error of the desk in the reader's language
//! - `faults`: what is wrong with a file, the log, or a server's answer, in the reader's language
//! - `undone`: what a pull left undone in the reader's language
//! - `words`: names of the pages' texts; the texts are catalogues that `baqylau-words` reads

mod failure;
mod faults;
mod guard;
mod query;
mod serve;
mod state;
mod undone;
mod views;
mod words;

pub use failure::failure_in_words;
pub use serve::{PageError, PageOptions, RunningPage, start};
pub use undone::undone_in_words;
