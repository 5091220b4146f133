//! What a pull leaves undone: every sort, in every language of the page, with all that it is about.

use crate::it::desk_errors::samples;
use baqylau_desk::faults::ServerRefusal;
use baqylau_desk::log::attachments::{AttachmentFault, LackingAttachment};
use baqylau_desk::log::overdue::OverdueBundle;
use baqylau_desk::log::pull::UnsentRecord;
use baqylau_desk::log::undone::Undone;
use baqylau_desk::people::decisions::Dispute;
use baqylau_desk::store::Gap;
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
        (
            Undone::BundleOverdue(OverdueBundle { version: 31, renew_by: 0 }),
            vec!["31".into(), "1970-01-01T00:00".into()],
        ),
        (lacking(None), files.clone()),
        (lacking(Some((device, 47))), [files.clone(), sender].concat()),
    ];
    for why in refusals() {
        all.push((Undone::RecordUnsent(UnsentRecord { seq: 47, why }), vec!["47".into()]));
    }
    for why in samples().into_iter().map(Arc::new) {
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
