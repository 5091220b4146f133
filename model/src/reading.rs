//! What must hold in every state of what desks read.

use crate::fair::Way;
use crate::notice::{ModelledNotice, Reading};
use crate::object::ModelledObject;
use crate::phone::ModelledPhone;
use crate::state::{DeliveryModel, MissionState};
use stateright::Property;

pub(crate) fn reading_properties() -> Vec<Property<DeliveryModel>> {
    vec![
        Property::always("what a phone shows as read, as many listed desks have", read_is_had),
        Property::always("no copy is thrown away that too few desks have", dropped_is_had),
        Property::always("an older notice takes nothing back", older_takes_nothing_back),
        Property::always(
            "of a server that keeps what it has, nothing is missing",
            nothing_is_missing_of_an_honest_server,
        ),
        Property::always("nothing stays missing", nothing_stays_missing),
        Property::always("over the network every report is read at last", |model, state| {
            everything_is_read_at_last(model, state, Way::Network)
        }),
        Property::always("by courier every report is read at last", |model, state| {
            everything_is_read_at_last(model, state, Way::Courier)
        }),
    ]
}

fn alive(state: &MissionState) -> impl Iterator<Item = (u8, &ModelledPhone)> {
    (0..).zip(&state.phones).filter(|(_, phone)| !phone.gone)
}

fn reading<'s>(model: &DeliveryModel, state: &'s MissionState, (number, phone): (u8, &ModelledPhone)) -> Reading<'s> {
    let (manifest, desks_to_read) = (&state.manifests[phone.manifest], model.scope.desks_to_read);
    Reading { phone: number, manifest, desks_to_read, bug: model.bug }
}

/// How many desks opened a report and have it, of those that `which` names.
fn holders(state: &MissionState, (phone, seq): (u8, u8), which: impl Fn(u8) -> bool) -> usize {
    let report = ModelledObject::Report(phone, seq);
    let desks = (0..).zip(&state.desks).filter(|(desk, _)| which(*desk)).map(|(_, desk)| desk);
    let here = desks.filter(|desk| desk.log.contains(&report) || desk.stranded.contains(&report));
    here.filter(|desk| desk.opened.contains(&(phone, seq))).count()
}

fn read_is_had(model: &DeliveryModel, state: &MissionState) -> bool {
    alive(state).all(|(number, phone)| {
        let by = reading(model, state, (number, phone));
        let mut read = (1..=phone.signed).filter(|seq| phone.rows.are_read(*seq, by));
        read.all(|seq| {
            let listed = |desk| by.manifest.is_current_desk(desk);
            holders(state, (number, seq), listed) >= model.scope.desks_to_read.into()
        })
    })
}

/// A desk may have been ended since.
fn dropped_is_had(model: &DeliveryModel, state: &MissionState) -> bool {
    let enough = usize::from(model.scope.desks_to_read);
    alive(state)
        .all(|(number, phone)| phone.dropped.iter().all(|seq| holders(state, (number, *seq), |_| true) >= enough))
}

fn older_takes_nothing_back(_: &DeliveryModel, state: &MissionState) -> bool {
    alive(state).all(|(_, phone)| {
        let kept = phone.rows.notices.iter().map(|notice| notice.as_ref().map_or((0, 0, 0), ModelledNotice::place));
        kept.eq(phone.rows.latest)
    })
}

fn shows_missing(model: &DeliveryModel, state: &MissionState) -> bool {
    alive(state).any(|(number, phone)| {
        let by = reading(model, state, (number, phone));
        let mut receipts = phone.receipts.iter();
        receipts.any(|(seq, place, _)| !phone.rows.are_read(*seq, by) && phone.rows.is_missing(*seq, *place, by))
    })
}

fn nothing_is_missing_of_an_honest_server(model: &DeliveryModel, state: &MissionState) -> bool {
    let informed = alive(state).all(|(_, phone)| phone.manifest + 1 == state.manifests.len());
    let honest = !state.server.went_back && state.server.for_phones.is_none();
    !(informed && honest && shows_missing(model, state))
}

/// Not where nobody notices that the server went back, either. A desk that notices waits for a new log.
fn nothing_stays_missing(model: &DeliveryModel, state: &MissionState) -> bool {
    if model.scope.desks_to_read == 0 || state.server.for_phones.is_some() {
        return true;
    }
    let last = state.at_last_as_it_is(model);
    last.desks.iter().any(|desk| desk.contradicted) || !shows_missing(model, &last)
}

/// As long as enough desks are listed.
fn everything_is_read_at_last(model: &DeliveryModel, state: &MissionState, way: Way) -> bool {
    let listed = [0, 1].into_iter().filter(|desk| state.newest().is_current_desk(*desk)).count();
    if model.scope.desks_to_read == 0 || listed < model.scope.desks_to_read.into() {
        return true;
    }
    let last = state.at_last(model, way);
    let read = |(number, phone): (u8, &ModelledPhone)| {
        let by = reading(model, &last, (number, phone));
        (1..=phone.signed).all(|seq| phone.rows.are_read(seq, by))
    };
    alive(&last).all(read)
}
