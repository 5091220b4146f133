//! What must hold in every state.

use crate::action::Reception;
use crate::desk::ModelledDesk;
use crate::fair::Way;
use crate::manifest::ModelledManifest;
use crate::object::{ModelledDecision, ModelledObject, Ruling, phone_id};
use crate::phone::ModelledPhone;
use crate::reading::reading_properties;
use crate::server::Reader;
use crate::state::{DeliveryModel, MissionState};
use baqylau_protocol::standing::Standing;
use stateright::Property;

pub(crate) fn properties() -> Vec<Property<DeliveryModel>> {
    let mut properties = vec![
        Property::always(
            "what a phone shows as delivered is in the log, or the phone sees a fault",
            delivered_is_logged,
        ),
        Property::always("an honest server logs nothing twice", honest_log_has_no_doubles),
        Property::always("nothing counts twice", nothing_counts_twice),
        Property::always("a revoked phone stays revoked, unless the root says otherwise", revoked_stays_revoked),
        Property::always("of a revoked phone nothing counts behind the number", nothing_counts_behind_the_number),
        Property::always("what a person decided holds against what a desk does by itself", people_overrule),
        Property::always("what an unlisted or ended desk signs changes nothing", late_decisions_change_nothing),
        Property::always("what an ended issuer certifies behind its end counts nowhere", certified_counts),
        Property::always("over the network every report counts at last", |model, state| {
            everything_counts_at_last(model, state, Way::Network)
        }),
        Property::always("by courier every report counts at last", |model, state| {
            everything_counts_at_last(model, state, Way::Courier)
        }),
    ];
    properties.extend(reading_properties());
    properties
}

/// Desks that know the newest manifest.
fn informed(state: &MissionState) -> impl Iterator<Item = (usize, &ModelledDesk)> {
    let newest = state.manifests.len() - 1;
    state.desks.iter().enumerate().filter(move |(_, desk)| desk.manifest == newest)
}

/// Whoever signs and sends one more report learns whether those before are where the receipts said. A server that never went back has them
/// without that.
fn delivered_is_logged(model: &DeliveryModel, state: &MissionState) -> bool {
    let mut alive = (0..).zip(&state.phones).filter(|(_, phone)| !phone.gone);
    alive.all(|(number, _)| {
        let mut later = state.clone();
        let honest = !state.server.went_back && state.newest().key() == 0;
        if !honest {
            later.phones[usize::from(number)].signed += 1;
            later.sync(model, number, Reception::Whole);
        }
        let phone = &later.phones[usize::from(number)];
        // Who is refused gets no head; it knows that it was revoked.
        let answered = honest || phone.shows_delivered(phone.signed);
        let logged = |seq: u8| {
            let report = ModelledObject::Report(number, seq);
            [Reader::Phone, Reader::Desk].into_iter().any(|reader| later.server.view(reader).contains(&report))
        };
        let mut shown = (1..=phone.signed).filter(|seq| phone.shows_delivered(*seq));
        !answered || phone.sees_a_fault() || shown.all(logged)
    })
}

fn honest_log_has_no_doubles(model: &DeliveryModel, state: &MissionState) -> bool {
    let log = &state.server.log;
    let honest = state.spare.smuggled == model.scope.spare.smuggled;
    !honest || log.iter().enumerate().all(|(place, object)| !log[..place].contains(object))
}

fn nothing_counts_twice(model: &DeliveryModel, state: &MissionState) -> bool {
    state.desks.iter().all(|desk| {
        let mut counted = desk.counted(&state.manifests[desk.manifest], model.bug);
        counted.sort_unstable();
        counted.windows(2).all(|pair| pair[0] != pair[1])
    })
}

fn revoked_stays_revoked(model: &DeliveryModel, state: &MissionState) -> bool {
    informed(state).filter(|(_, desk)| desk.epoch == state.newest().key()).all(|(_, desk)| {
        let standings = desk.standings(state.newest(), model.bug);
        (0..).zip(desk.revoked).all(|(phone, noted)| {
            let held = standings.of(phone_id(phone)).map(|held| &held.decision);
            let stands = |good: u8| held.is_some_and(|d| d.standing == Standing::Revoked && d.good_seq <= good.into());
            noted.is_none_or(stands)
        })
    })
}

/// The decisions of a log that count, said once more, in other words than the code that is checked.
fn heard<'l>(manifest: &'l ModelledManifest, log: &'l [ModelledObject]) -> impl Iterator<Item = &'l ModelledDecision> {
    let decisions = log.iter().enumerate().filter_map(|(place, object)| Some((place, object.decision()?)));
    let heard = decisions.filter(|(place, decision)| {
        let void = *place < usize::from(manifest.reinstated[usize::from(decision.phone)]);
        manifest.spoke(decision.desk, *place) && !void
    });
    heard.map(|(_, decision)| decision)
}

fn nothing_counts_behind_the_number(model: &DeliveryModel, state: &MissionState) -> bool {
    informed(state).all(|(_, desk)| {
        let counted = desk.counted(state.newest(), model.bug);
        heard(state.newest(), &desk.log).all(|decision| match decision.ruling {
            Ruling::RevokedAfter(good) => counted.iter().all(|(phone, seq)| *phone != decision.phone || *seq <= good),
            Ruling::Confirmed | Ruling::Contested => true,
        })
    })
}

fn people_overrule(model: &DeliveryModel, state: &MissionState) -> bool {
    informed(state).all(|(_, desk)| {
        let standings = desk.standings(state.newest(), model.bug);
        (0..model.scope.phones).all(|phone| {
            let about = || heard(state.newest(), &desk.log).filter(|decision| decision.phone == phone);
            let held = standings.of(phone_id(phone)).map(|held| held.decision.standing);
            let revoked = about().any(|decision| matches!(decision.ruling, Ruling::RevokedAfter(_)));
            let by_hand = about().filter(|decision| decision.by_hand).last();
            revoked || by_hand.is_none_or(|last| held == Some(last.standing()))
        })
    })
}

fn late_decisions_change_nothing(model: &DeliveryModel, state: &MissionState) -> bool {
    informed(state).filter(|(number, _)| *number == 0).all(|(_, desk)| {
        let with = state.newest().fold(&desk.log, model.bug, |_, _| true);
        with == state.newest().fold(&desk.log, model.bug, |_, decision| !decision.late)
    })
}

fn certified_counts(model: &DeliveryModel, state: &MissionState) -> bool {
    informed(state).filter(|(_, desk)| desk.epoch == state.newest().key()).all(|(_, desk)| {
        let counted = desk.counted(state.newest(), model.bug);
        counted.iter().all(|(phone, _)| state.newest().was_certified(&desk.log, *phone))
    })
}

/// Every report is at every desk that the root lists, and on its phone as delivered, where nothing seems wrong any more; it counts unless a decision says otherwise. A phone
/// that was revoked need not get rid of what lies behind its number; of one that was destroyed, what a desk had counts.
fn everything_counts_at_last(model: &DeliveryModel, state: &MissionState, way: Way) -> bool {
    let last = state.at_last(model, way);
    let newest = last.newest();
    // Who has not enrolled before its issuer ended needs a new invite, as a new phone.
    let invited = |phone: u8| newest.issuer_end.is_none() || newest.was_certified(&last.server.log, phone);
    let settled = |desk: &ModelledDesk| {
        let (standings, counted) = (desk.standings(newest, model.bug), desk.counted(newest, model.bug));
        let arrived = |phone: u8, seq: u8| {
            let held = standings.of(phone_id(phone)).map(|held| &held.decision);
            match held.map(|d| d.standing) {
                Some(Standing::Confirmed) => counted.contains(&(phone, seq)),
                Some(Standing::Contested) => desk.log.contains(&ModelledObject::Report(phone, seq)),
                Some(Standing::Revoked) => {
                    held.is_some_and(|d| u64::from(seq) > d.good_seq) || counted.contains(&(phone, seq))
                }
                None => false,
            }
        };
        let had = |report| state.desks.iter().any(|d| d.log.contains(&report) || d.stranded.contains(&report));
        let expected = |phone: u8, gone: bool, seq: u8| !gone || had(ModelledObject::Report(phone, seq));
        let of_phone = |(phone, held): (u8, &ModelledPhone)| {
            (1..=held.signed).filter(|seq| expected(phone, held.gone, *seq)).all(|seq| arrived(phone, seq))
        };
        (0..).zip(&last.phones).filter(|(phone, _)| invited(*phone)).all(of_phone)
    };
    let refused = |phone: u8| {
        let standings = newest.standings(&last.server.log, model.bug);
        standings.of(phone_id(phone)).is_some_and(|held| held.decision.standing == Standing::Revoked)
    };
    let told = (0..)
        .zip(&last.phones)
        .filter(|(phone, _)| invited(*phone))
        .all(|(phone, held)| held.gone || refused(phone) || (held.queue().is_empty() && !held.sees_a_fault()));
    let listed = last.desks.iter().zip(0..).filter(|(_, number)| newest.is_current_desk(*number));
    told && listed.map(|(desk, _)| desk).all(settled)
}
