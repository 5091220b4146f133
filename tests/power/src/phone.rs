//! What has to be on a phone after a power cut.

use crate::day::{drafted, keys_of};
use crate::harness::Cut;
use crate::mission::{Acknowledged, Claim};
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_observer::ObserverApp;
use baqylau_observer::app::{CellKey, DeliveryState, PhoneConfig};
use baqylau_protocol::envelope::{Envelope, EnvelopeHeader};
use baqylau_protocol::ids::Hash;
use baqylau_tests::phone_in;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Opens the phone, looks for everything that it acknowledged, and signs another report.
///
/// # Errors
/// What is lost or wrong.
pub fn check(folder: &Path, cut: &Cut<'_>) -> Result<(), String> {
    let had: Vec<&Acknowledged> = cut.acknowledged().collect();
    let begun: Vec<&Acknowledged> = cut.begun().collect();
    if !had.iter().any(|a| matches!(a.claim, Claim::Pin(_))) {
        // It was not made yet; whatever is there does no harm.
        let _begun = pins(&begun).iter().find_map(|pin| ObserverApp::open(config(folder, cut), pin).ok());
        return Ok(());
    }
    let opened = pins(&begun).into_iter().map(|pin| ObserverApp::open(config(folder, cut), &pin));
    let mut failed = None;
    // The last one that holds; while it is changed, either may.
    let acknowledged = pins(&had).len();
    let phone = opened.skip(acknowledged - 1).find_map(|opened| opened.map_err(|e| failed = Some(e)).ok());
    let phone = phone.ok_or_else(|| format!("it does not open: {failed:?}"))?;
    no_damage(folder)?;
    answers(&phone, &had, &begun)?;
    files(&phone, &had)?;
    reports(&phone, &had)?;
    goes_on(&phone, &had, cut)
}

fn config(folder: &Path, cut: &Cut<'_>) -> PhoneConfig {
    PhoneConfig { missions: cut.day.missions.clone(), ..phone_in(folder) }
}

fn pins(claims: &[&Acknowledged]) -> Vec<String> {
    let pin = |a: &&Acknowledged| if let Claim::Pin(pin) = &a.claim { Some(pin.clone()) } else { None };
    claims.iter().filter_map(pin).collect()
}

/// Nothing was taken for damaged: a power cut is none.
pub(crate) fn no_damage(folder: &Path) -> Result<(), String> {
    let names = std::fs::read_dir(folder).map_err(|e| e.to_string())?.flatten();
    let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.find(|name| name.contains(".damaged-")).map_or(Ok(()), |name| Err(format!("{name} was put aside")))
}

fn answers(phone: &ObserverApp, had: &[&Acknowledged], begun: &[&Acknowledged]) -> Result<(), String> {
    let mut last: BTreeMap<i64, BTreeMap<CellKey, i64>> = BTreeMap::new();
    for acknowledged in had {
        if let Claim::Answer(draft, key, number) = acknowledged.claim {
            last.entry(draft).or_default().insert(key, number);
        }
    }
    let tried: BTreeSet<(i64, CellKey, i64)> = begun.iter().filter_map(|a| answer_of(&a.claim)).collect();
    for (draft, expected) in last {
        let mut rows = BTreeMap::new();
        for section in phone.sections(draft).map_err(told)?.into_iter().filter(|s| s.shown) {
            let shown = phone.open_section(draft, section.section).map_err(told)?.rows;
            rows.extend(shown.into_iter().map(|row| (row.key, row.answer)));
        }
        for (key, number) in expected {
            match rows.get(&key) {
                Some(Some(Answer::Integer(found))) if *found == number => {}
                // The call under way had saved.
                Some(Some(Answer::Integer(found))) if *found > number && tried.contains(&(draft, key, *found)) => {}
                other => return Err(format!("an answer was {number} and is {other:?}")),
            }
        }
    }
    Ok(())
}

fn answer_of(claim: &Claim) -> Option<(i64, CellKey, i64)> {
    if let Claim::Answer(draft, key, number) = claim { Some((*draft, *key, *number)) } else { None }
}

fn files(phone: &ObserverApp, had: &[&Acknowledged]) -> Result<(), String> {
    for acknowledged in had {
        if let Claim::Attached(draft, name, bytes) = &acknowledged.claim {
            let mut found = Vec::new();
            phone.read_attachment(*draft, name, &mut found).map_err(|e| format!("the attachment {name}: {e:?}"))?;
            if found != *bytes {
                return Err(format!("the attachment {name} has other bytes"));
            }
        }
    }
    Ok(())
}

fn reports(phone: &ObserverApp, had: &[&Acknowledged]) -> Result<(), String> {
    if !had.iter().any(|a| matches!(a.claim, Claim::Signed(..))) {
        return Ok(());
    }
    let there = phone.reports().map_err(told)?;
    for acknowledged in had {
        match &acknowledged.claim {
            Claim::Signed(hash, seq) if !there.iter().any(|r| r.hash == *hash && r.seq == *seq) => {
                return Err(format!("the report {seq} is gone"));
            }
            Claim::Delivered(hash) => {
                let state = there.iter().find(|r| r.hash == *hash).map(|r| &r.state);
                if !matches!(state, Some(DeliveryState::Delivered { .. } | DeliveryState::Read)) {
                    return Err(format!("a delivered report is {state:?}"));
                }
            }
            Claim::Letters(count) if phone.letters().map_err(told)?.len() < *count => {
                return Err("a letter is gone".into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Another report gets a number that no other has, here or at the server.
fn goes_on(phone: &ObserverApp, had: &[&Acknowledged], cut: &Cut<'_>) -> Result<(), String> {
    if !had.iter().any(|a| answer_of(&a.claim).is_some()) {
        return Ok(());
    }
    let draft = drafted(phone).map_err(|e| format!("no draft begins: {e:?}"))?;
    if let Some(key) = keys_of(phone, draft, &Kind::Integer).first() {
        phone.set(draft, *key, Answer::Integer(1)).map_err(told)?;
    }
    let signed = phone.finalise(draft, Some("after the power cut".into()));
    let seq = signed.map_err(|e| format!("it signs no more: {e:?}"))?.seq;
    let twice = phone.reports().map_err(told)?.iter().filter(|r| r.seq == seq).count() > 1;
    if twice || numbers_given(had, cut).contains(&seq) {
        return Err(format!("the number {seq} of the chain is given twice"));
    }
    Ok(())
}

/// The numbers of the chain that the phone or the server had said to have.
fn numbers_given(had: &[&Acknowledged], cut: &Cut<'_>) -> BTreeSet<i64> {
    let signed: BTreeSet<String> =
        cut.day.claims.iter().filter_map(|a| signed_of(&a.claim)).map(|(hash, _)| hash).collect();
    let logged = cut.day.claims.iter().filter_map(|a| logged_of(&a.claim));
    let own = logged.filter(|(hash, _)| signed.contains(hash)).map(|(_, header)| header.device).next();
    let receipted = had.iter().filter_map(|a| logged_of(&a.claim)).filter(|(_, header)| Some(header.device) == own);
    let receipted = receipted.filter_map(|(_, header)| i64::try_from(header.seq).ok());
    receipted.chain(had.iter().filter_map(|a| signed_of(&a.claim)).map(|(_, seq)| seq)).collect()
}

fn signed_of(claim: &Claim) -> Option<(String, i64)> {
    if let Claim::Signed(hash, seq) = claim { Some((hash.clone(), *seq)) } else { None }
}

fn logged_of(claim: &Claim) -> Option<(String, EnvelopeHeader)> {
    let Claim::Receipt(object, _) = claim else { return None };
    Some((Hash::of(object).to_string(), Envelope::untrusted_header(object)?))
}

pub(crate) fn told(e: impl std::fmt::Debug) -> String {
    format!("{e:?}")
}
