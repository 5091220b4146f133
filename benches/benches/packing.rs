//! What reports of missions weigh, by checklist; and how long packing and unpacking them takes beside the verifying and
//! opening of their envelopes.

use baqylau_benches::timed;
use baqylau_forms::Form;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Envelope, Recipient, class_bytes, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::{Report, ReportContent};
use baqylau_tests::observed::{MISSIONS, lived, observed, read, sealed_bytes};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often each report is packed and unpacked.
const ROUNDS: usize = 20;

fn main() {
    for mission in MISSIONS {
        let world = observed(mission, 4, 8);
        let mut by_checklist: BTreeMap<String, Vec<(Report, Arc<Form>)>> = BTreeMap::new();
        for (report, form) in read(&world) {
            by_checklist.entry(form.definition().id.clone()).or_default().push((lived(&report, &form), form));
        }
        for (checklist, reports) in &by_checklist {
            weigh(checklist, reports);
        }
        speed(&by_checklist.into_values().flatten().collect::<Vec<_>>());
    }
}

fn weigh(checklist: &str, reports: &[(Report, Arc<Form>)]) {
    let mut answers: Vec<usize> = reports.iter().map(|(report, _)| report.answers.len()).collect();
    let mut payloads: Vec<usize> = reports.iter().map(|(report, _)| report.encode().len()).collect();
    answers.sort_unstable();
    payloads.sort_unstable();
    let small = reports.iter().filter(|(report, _)| sealed_bytes(report) == class_bytes(0)).count();
    println!(
        "{checklist}: {} reports, {small} in the class of 1,000; packed answers {} to {} bytes, reports {} to {}",
        reports.len(),
        answers[0],
        answers[answers.len() - 1],
        payloads[0],
        payloads[payloads.len() - 1],
    );
}

fn speed(reports: &[(Report, Arc<Form>)]) {
    let each =
        |took: Duration| took.as_secs_f64() * 1e6 / f64::from(u32::try_from(ROUNDS * reports.len()).unwrap_or(1));
    let unpack = || -> Vec<ReportContent> {
        reports.iter().map(|(report, form)| report.content(form).expect("it unpacks")).collect()
    };
    // The words are counted when a checklist is first used.
    let contents = unpack();
    let ((), unpacked) = timed(|| (0..ROUNDS).for_each(|_| drop(unpack())));
    let pack = || contents.iter().zip(reports).map(|(content, (_, form))| content.encode(form).len()).sum::<usize>();
    let ((), packed) = timed(|| {
        (0..ROUNDS).for_each(|_| {
            std::hint::black_box(pack());
        })
    });
    let opened = opening(reports);
    println!(
        "a report: packed in {:.1} µs, unpacked in {:.1} µs; its envelope verified and opened in {:.1} µs: {:.2}",
        each(packed),
        each(unpacked),
        each(opened),
        unpacked.as_secs_f64() / opened.as_secs_f64()
    );
}

/// Time to verify and open each report's envelope as often.
fn opening(reports: &[(Report, Arc<Form>)]) -> Duration {
    let mission = MissionId([1; 16]);
    let secret = ReadingSecret::generate(1);
    let (reading, device) = (secret.public(), SigningKey::generate());
    let (shared, _) = SharedKey::encapsulate(&reading, mission).expect("encapsulates");
    let (to, prev, blobs) = (Recipient::Desks(&reading), Hash([3; 32]), &[]);
    let address = Address { mission, device: DeviceId([2; 16]), seq: 1, prev, to, blobs };
    let seal = |(report, _): &(Report, Arc<Form>)| {
        make(&address, ObjectType::Report, &device, &shared, &report.encode()).expect("an envelope")
    };
    let envelopes: Vec<Vec<u8>> = reports.iter().map(seal).collect();
    let key = device.public();
    let open = |bytes: &Vec<u8>| {
        let envelope = Envelope::parse(bytes, mission).expect("parses");
        envelope.open(&key, &secret, &shared).expect("opens").1.len()
    };
    timed(|| (0..ROUNDS).map(|_| envelopes.iter().map(open).sum::<usize>()).sum::<usize>()).1
}
