//! The model has no counterexample, and the checker finds every bug that is planted. `BAQYLAU_MODEL_DEPTH` is the number of steps to which
//! the model is walked, in place of those below.

use baqylau_model::{DeliveryModel, ModelScope, PlantedBug};
use stateright::report::{ReportData, ReportDiscovery, Reporter};
use stateright::{Checker, HasDiscoveries, Model};
use std::collections::BTreeMap;
use std::time::Duration;

const LOGGED: &str = "what a phone shows as delivered is in the log, or the phone sees a fault";
const NO_DOUBLES: &str = "an honest server logs nothing twice";
const ONCE: &str = "nothing counts twice";
const FINAL: &str = "a revoked phone stays revoked, unless the root says otherwise";
const NUMBER: &str = "of a revoked phone nothing counts behind the number";
const PEOPLE: &str = "what a person decided holds against what a desk does by itself";
const LATE: &str = "what an unlisted or ended desk signs changes nothing";
const CERTIFIED: &str = "what an ended issuer certifies behind its end counts nowhere";
const NETWORK: &str = "over the network every report counts at last";
const READ_IS_HAD: &str = "what a phone shows as read, as many listed desks have";
const KEPT: &str = "no copy is thrown away that too few desks have";
const LATER_HOLDS: &str = "an older notice takes nothing back";
const NOT_MISSING: &str = "of a server that keeps what it has, nothing is missing";
const COMES_AGAIN: &str = "nothing stays missing";
const COURIER: &str = "by courier every report counts at last";

type Walk = (&'static str, fn() -> ModelScope, usize);
type Planted = (PlantedBug, fn() -> ModelScope, &'static str);

/// Each scope with the number of steps to which it is walked in a minute's test.
const SCOPES: [Walk; 8] = [
    ("delivery", ModelScope::delivery, 5),
    ("lies", ModelScope::lies, 6),
    ("authority", ModelScope::authority, 5),
    ("unlisted", ModelScope::unlisted, 5),
    ("rotation", ModelScope::rotation, 5),
    ("destroyed phone", ModelScope::destroyed_phone, 8),
    ("reading", ModelScope::reading, 5),
    ("read by two", ModelScope::read_by_two, 5),
];

/// Each bug, where it is looked for, and which property it breaks.
const BUGS: [Planted; 31] = [
    (PlantedBug::ReceiptBeforeCommit, ModelScope::delivery, LOGGED),
    (PlantedBug::ServerLogsTwice, ModelScope::delivery, NO_DOUBLES),
    (PlantedBug::DeskCountsPlaces, ModelScope::lies, ONCE),
    (PlantedBug::HeadsAreNotCompared, ModelScope::lies, LOGGED),
    (PlantedBug::HandedHeadsAreForgotten, ModelScope::lies, LOGGED),
    (PlantedBug::PhoneKeepsReceipts, ModelScope::lies, NETWORK),
    (PlantedBug::PhoneTrustsPlaces, ModelScope::lies, NETWORK),
    (PlantedBug::PhoneKeepsHead, ModelScope::lies, NETWORK),
    (PlantedBug::OldKeyProves, ModelScope::lies, COURIER),
    (PlantedBug::DeskStaysApart, ModelScope::delivery, NETWORK),
    (PlantedBug::DeskForgetsStranded, ModelScope::destroyed_phone, NETWORK),
    (PlantedBug::PhoneSendsOnce, ModelScope::delivery, NETWORK),
    (PlantedBug::CourierIsDelivery, ModelScope::delivery, LOGGED),
    (PlantedBug::LastRulingHolds, ModelScope::authority, FINAL),
    (PlantedBug::OwnMotionOverrules, ModelScope::authority, PEOPLE),
    (PlantedBug::OnlyServerRevokes, ModelScope::authority, NUMBER),
    (PlantedBug::EndedDeskSpeaks, ModelScope::authority, LATE),
    (PlantedBug::UnlistedDeskSpeaks, ModelScope::unlisted, LATE),
    (PlantedBug::ReinstatementHasNoEnd, ModelScope::authority, NETWORK),
    (PlantedBug::EpochBelowNamedPlaces, ModelScope::authority, LATE),
    (PlantedBug::PlacesOfTheOldLog, ModelScope::authority, LATE),
    (PlantedBug::EndedIssuerCertifies, ModelScope::rotation, CERTIFIED),
    (PlantedBug::IssuersOfNowCertify, ModelScope::rotation, NETWORK),
    (PlantedBug::EndedDeskReads, ModelScope::reading, READ_IS_HAD),
    (PlantedBug::OlderNoticeReplaces, ModelScope::reading, LATER_HOLDS),
    (PlantedBug::NoticeOutlivesItsLog, ModelScope::reading, NOT_MISSING),
    (PlantedBug::UnreadIsMissing, ModelScope::reading, NOT_MISSING),
    (PlantedBug::OneDeskIsEnough, ModelScope::read_by_two, READ_IS_HAD),
    (PlantedBug::CopyGoesWhenStored, ModelScope::reading, KEPT),
    (PlantedBug::PulledIsRead, ModelScope::reading, READ_IS_HAD),
    (PlantedBug::MissingIsOnlyShown, ModelScope::reading, COMES_AGAIN),
];

/// The most steps that a bug may take to show.
const MOST_STEPS: usize = 7;

/// What the checker says when it is done, on standard output for `docs/reliability.md`.
struct Told(String);

impl Reporter<DeliveryModel> for Told {
    fn report_checking(&mut self, data: ReportData) {
        if data.done {
            let ReportData { unique_states, duration, .. } = data;
            println!("{}: {unique_states} states, {:.1} s", self.0, duration.as_secs_f64());
        }
    }

    fn report_discoveries(
        &mut self,
        _: &DeliveryModel,
        discoveries: BTreeMap<&'static str, ReportDiscovery<DeliveryModel>>,
    ) {
        for (property, found) in discoveries {
            let actions = found.path.into_actions();
            println!("  {property}: {} steps, {actions:?}", actions.len());
        }
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(20)
    }
}

/// Walks to states that so many steps lead to. The checker counts states, and looks at none of the last.
///
/// One thread: with more, a state may be reached by a longer way first, and what lies behind it is cut off.
fn walk(name: String, model: DeliveryModel, steps: usize, until: HasDiscoveries) -> impl Checker<DeliveryModel> {
    let checker = model.checker().target_max_depth(steps + 2).finish_when(until);
    checker.spawn_bfs().report(&mut Told(name)).join()
}

#[test]
fn nothing_that_is_stated_fails_within_reach() {
    let asked = std::env::var("BAQYLAU_MODEL_DEPTH").ok().map(|steps| steps.parse().expect("a number of steps"));
    for (name, scope, steps) in SCOPES {
        let steps = asked.unwrap_or(steps);
        let model = DeliveryModel { scope: scope(), bug: None };
        let checker = walk(format!("{name}, {steps} steps"), model, steps, HasDiscoveries::AnyFailures);
        let failed: Vec<_> = checker.discoveries().into_keys().collect();
        assert!(failed.is_empty(), "{name}: {failed:?}");
        assert!(checker.unique_state_count() > 100, "{name}: it was walked");
    }
}

#[test]
fn every_planted_bug_is_found() {
    assert!(PlantedBug::ALL.iter().all(|bug| BUGS.iter().any(|(planted, ..)| planted == bug)));
    for (bug, scope, property) in BUGS {
        let model = DeliveryModel { scope: scope(), bug: Some(bug) };
        let until = HasDiscoveries::AllOf([property].into_iter().collect());
        let checker = walk(format!("{bug:?}"), model, MOST_STEPS, until);
        assert!(checker.discovery(property).is_some(), "{bug:?} does not break: {property}");
    }
}
