//! What desks tell each other of letters to more phones than one envelope can name.

use baqylau_protocol::VERSION;
use baqylau_protocol::envelope::{MAX_CLASS, class_bytes};
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_report::report::RecordedMoment;
use baqylau_report::{Letter, LetterSent, MAX_TOLD};

/// Made up: a name for each phone, and a hash for its letter.
fn written(phones: u64) -> Vec<(DeviceId, Hash)> {
    let hash = |n: u64| Hash::of(&n.to_be_bytes());
    (0..phones).map(|n| (DeviceId::of(hash(n)), hash(n))).collect()
}

#[test]
fn a_letter_to_more_phones_than_one_notice_names_has_several_that_name_each_phone_once() {
    let at = RecordedMoment { ms: 1_700_000_000_000, offset: 0 };
    // Half of the largest envelope, as one who writes far too much might.
    let text = "x".repeat(400_000);
    let letter = Letter { v: VERSION, text, report: None, questions: Vec::new(), at, copy: Some(vec![1].into()) };
    let most = MAX_TOLD as u64;
    for (phones, notices) in [(0, 0), (1, 1), (most, 1), (most + 1, 2), (19_693, 2), (2 * most, 2), (200_000, 20)] {
        let letters = written(phones);
        let sent: Vec<LetterSent> = LetterSent::of(&letters, &letter, true).collect();
        assert_eq!(sent.len(), notices, "{phones}");
        let named: Vec<_> = sent.iter().flat_map(|sent| sent.letters.clone()).collect();
        assert!(named == letters, "{phones}: each phone once, in their order");
        for sent in &sent {
            assert!(sent.encode().len() < class_bytes(MAX_CLASS) * 95 / 100, "{phones}: it fits an envelope");
            assert!(sent.letter.copy.is_none() && sent.handed && sent.letter.text == letter.text, "{phones}");
            assert_eq!(LetterSent::decode(&sent.encode()).as_ref(), Ok(sent), "{phones}");
        }
    }
}
