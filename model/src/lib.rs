//! Delivery as a model that a checker walks through, state by state: two phones, two desks, a server that may fail and lie, a courier, and
//! the root. What decides (standings, terms, epochs, the order of a phone's sync) is the code that is shipped; disks, signatures and hashes
//! are left out. `docs/adr/0021-delivery-is-checked-as-a-model.md` says what that leaves open.

mod action;
mod bug;
mod desk;
mod fair;
mod manifest;
mod notice;
mod object;
mod phone;
mod properties;
mod reading;
mod root;
mod scope;
mod server;
mod state;

pub use action::{MissionAction, Reception};
pub use bug::PlantedBug;
pub use scope::{ModelScope, Spare};
pub use state::{DeliveryModel, MissionState};
