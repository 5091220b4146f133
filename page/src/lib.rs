//! The coordinators' page: what the desk knows, in a browser on the same machine. Fed by verified reports only.
//!
//! # Layout
//! - `serve`: listens on loopback, and looks for what is new
//! - `guard`: who may ask; what the browser may load
//! - `state`: the desk, the reports in lines, and who waits for news
//! - `query`: addresses as filters, filters as addresses
//! - `views`: the pages
//! - `words`: the names of their words; the words themselves are in `baqylau-words`

mod guard;
mod query;
mod serve;
mod state;
mod views;
mod words;

pub use serve::{PageError, PageOptions, RunningPage, start};
