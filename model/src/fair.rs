//! What comes of a mission when nothing more goes wrong: who runs the server replaces a log that went back, and everybody delivers and
//! pulls until nothing changes.

use crate::action::Reception;
use crate::scope::Spare;
use crate::state::{DeliveryModel, MissionState};

/// More rounds than anything takes.
const ROUNDS: usize = 8;

/// The way that reports take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Every phone reaches the server.
    Network,
    /// No phone reaches it, and a courier goes about.
    Courier,
}

impl MissionState {
    /// The end of a fair run.
    pub(crate) fn at_last(&self, model: &DeliveryModel, way: Way) -> Self {
        let mut state = self.clone();
        if state.server.went_back || state.server.for_phones.is_some() {
            state.spare = Spare { epochs: 1, ..state.spare };
            state.pull(model, 0);
            let size = state.desks[0].log.len();
            _ = state.begin_log(model, size);
        }
        state.run_fairly(model, way);
        state
    }

    /// The same, with the server as it is.
    pub(crate) fn at_last_as_it_is(&self, model: &DeliveryModel) -> Self {
        let mut state = self.clone();
        state.run_fairly(model, Way::Network);
        state
    }

    fn run_fairly(&mut self, model: &DeliveryModel, way: Way) {
        for _ in 0..ROUNDS {
            let before = self.clone();
            self.round(model, way);
            if *self == before {
                break;
            }
        }
    }

    fn round(&mut self, model: &DeliveryModel, way: Way) {
        [0, 1].into_iter().for_each(|desk| self.pull(model, desk));
        for phone in 0..model.scope.phones {
            match way {
                Way::Network => self.sync(model, phone, Reception::Whole),
                Way::Courier => {
                    self.meet(model, phone);
                    // What a desk read is brought by who visits it.
                    let second = self.newest().is_current_desk(1);
                    [0, 1]
                        .into_iter()
                        .filter(|desk| *desk == 0 || second)
                        .for_each(|desk| _ = self.deliver(model, desk));
                    self.meet(model, phone);
                }
            }
        }
    }
}
