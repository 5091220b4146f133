//! What a pull leaves undone: every sort, in every language of the page, with all that it is about.

use crate::it::desk_errors::samples;
use baqylau_desk::faults::{EntryDifference, EntryFault, ServerFault, ServerRefusal, SuspectedOf, Suspicion};
use baqylau_desk::log::attachments::{AttachmentFault, LackingAttachment};
use baqylau_desk::log::overdue::OverdueBundle;
use baqylau_desk::log::pull::UnsentRecord;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::log::witnessed::Unwitnessed;
use baqylau_desk::people::decisions::Dispute;
use baqylau_desk::store::{BeyondLimit, EVALUATED, Gap};
use baqylau_page::{failure_in_words, undone_in_words};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::wire::RefusalCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use strum::VariantNames;

const LANGUAGES: [&str; 5] = ["en", "fr", "ru", "kk", "ar"];

fn refusals() -> Vec<ServerRefusal> {
    let codes = [
        RefusalCode::Malformed,
        RefusalCode::Mission,
        RefusalCode::UnknownDevice,
        RefusalCode::Signature,
        RefusalCode::Expired,
        RefusalCode::Revoked,
        RefusalCode::Length,
        RefusalCode::Quota,
        RefusalCode::Later(8),
    ];
    let attachments =
        [ServerRefusal::AttachmentUnnamed, ServerRefusal::AttachmentDropped, ServerRefusal::AttachmentShort];
    codes.map(ServerRefusal::from).into_iter().chain(attachments).collect()
}

/// One of each, with the names and numbers that its words have to carry.
fn all() -> Vec<(Undone, Vec<String>)> {
    let (attachment, report, device) = (Hash([8; 32]), Hash([9; 32]), DeviceId([7; 16]));
    let gap = |desk| Gap { index: 31, hash: attachment, received: 5, device, seq: 47, desk };
    let lacking = |sender| Undone::AttachmentLacking(LackingAttachment { attachment, report, sender });
    let (files, sender) = (vec![attachment.to_string(), report.to_string()], vec![device.to_string(), "47".into()]);
    let damaged = [sender.clone(), vec!["31".into(), attachment.to_string()]].concat();
    let mut all = vec![
        (
            Undone::RevocationDisputed(Dispute { device, kept: 31, other: 47 }),
            vec![device.to_string(), "31".into(), "47".into()],
        ),
        (Undone::ObjectDamaged(gap(false)), damaged.clone()),
        (Undone::ObjectDamaged(gap(true)), damaged),
        (Undone::ReadUntold(ServerFault::Status { status: 418, words: String::new() }), vec!["418".into()]),
        (
            Undone::BundleOverdue(OverdueBundle { version: 31, renew_by: 0 }),
            vec!["31".into(), "1970-01-01T00:00".into()],
        ),
        (
            Undone::LogUnwitnessed(Unwitnessed::TooFew { needed: 31, found: 47, lacking: vec!["w/1".into()] }),
            vec!["31".into(), "47".into(), "w/1".into()],
        ),
        (
            Undone::LogUnwitnessed(Unwitnessed::Behind { size: 31, here: 47, since: 0, by: vec!["w/1".into()] }),
            vec!["31".into(), "47".into(), "1970-01-01T00:00".into(), "w/1".into()],
        ),
        (Undone::LogUnwitnessed(Unwitnessed::Unproved { size: 47, here: 31 }), vec!["31".into(), "47".into()]),
        (Undone::LogUnwitnessed(Unwitnessed::OtherLog { size: 47 }), vec!["47".into()]),
        (lacking(None), files.clone()),
        (lacking(Some((device, 47))), [files.clone(), sender].concat()),
    ];
    let changed = |here, what| Undone::EntryChanged(EntryFault { index: 31, hash: attachment, here, what });
    let entry = vec!["31".to_owned(), attachment.to_string()];
    let there = EntryDifference::Altered { there: report };
    all.extend([
        (changed(true, EntryDifference::Damaged), entry.clone()),
        (changed(false, EntryDifference::Damaged), entry.clone()),
        (changed(true, there), [entry.clone(), vec![report.to_string()]].concat()),
        (changed(true, EntryDifference::Missing), entry.clone()),
        (changed(true, EntryDifference::OtherTime { signed: 5, said: 947 }), [entry, vec!["942".into()]].concat()),
    ]);
    let beyond = BeyondLimit { device, reports: 942 };
    all.push((Undone::ReportsBeyondLimit(beyond), vec![device.to_string(), "942".into(), EVALUATED.to_string()]));
    let suspected = |of| Undone::LogSuspected(Suspicion { report, device, seq: 47, place: 31, of });
    let source = |numbers: &[&str]| -> Vec<String> {
        let numbers = numbers.iter().map(|number| (*number).to_owned());
        numbers.chain([report.to_string(), device.to_string(), "47".into()]).collect()
    };
    all.extend([
        (suspected(SuspectedOf::Withheld { seen: 942, here: 613 }), source(&["942", "613"])),
        (suspected(SuspectedOf::PutBefore { seen: 942 }), source(&["942", "31"])),
        (suspected(SuspectedOf::OtherLog { seen: 942 }), source(&["942"])),
        (suspected(SuspectedOf::SetBack { ms: 942 }), source(&["942"])),
        (suspected(SuspectedOf::DatedAhead { ms: 942 }), source(&["942"])),
    ]);
    for why in refusals() {
        all.push((Undone::RecordUnsent(UnsentRecord { seq: 47, why }), vec!["47".into()]));
    }
    for why in samples().into_iter().map(Arc::new) {
        all.push((Undone::CutShort(why.clone()), Vec::new()));
        all.push((Undone::AttachmentFailed(AttachmentFault { attachment, report, why }), files.clone()));
    }
    all
}

#[test]
fn every_sort_of_what_is_left_undone_is_said_in_every_language_with_all_that_it_is_about() {
    let all = all();
    let codes: BTreeSet<&str> = all.iter().map(|(undone, _)| undone.code()).collect();
    assert_eq!(codes, Undone::VARIANTS.iter().copied().collect());
    let refused: BTreeSet<&str> = refusals().into_iter().map(ServerRefusal::code).collect();
    assert_eq!(refused, ServerRefusal::VARIANTS.iter().copied().collect());
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for (undone, names) in &all {
        let english = undone.to_string();
        names.iter().for_each(|name| assert!(english.contains(name), "{name}: {english}"));
        for language in LANGUAGES {
            let words = undone_in_words(language, undone);
            assert!(words.contains(' ') && !words.contains("left_") && !words.contains('$'), "{language}: {words}");
            names.iter().for_each(|name| assert!(words.contains(name), "{language}, {name}: {words}"));
            let other = said.insert(words, format!("{language} of {english}"));
            assert_eq!(other, None, "{language} of {english}");
        }
    }
}

#[test]
fn why_an_attachment_did_not_come_is_said_in_the_language_of_the_page() {
    let (attachment, report) = (Hash([8; 32]), Hash([9; 32]));
    for why in samples().into_iter().map(Arc::new) {
        let undone = Undone::AttachmentFailed(AttachmentFault { attachment, report, why: why.clone() });
        for language in LANGUAGES {
            let words = undone_in_words(language, &undone);
            assert!(words.contains(&failure_in_words(language, &why)), "{language}: {words}");
        }
    }
}
