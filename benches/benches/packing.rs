//! What reports of missions weigh, by checklist and class, beside the same as JSON, deflated; and how long packing and unpacking them
//! takes beside that, and beside the verifying and opening of their envelopes.

use baqylau_benches::timed;
use baqylau_forms::Form;
use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_protocol::cose::ObjectType;
use baqylau_protocol::envelope::{Address, Envelope, Recipient, class_bytes, make};
use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::{ReadingSecret, SigningKey};
use baqylau_protocol::seal::SharedKey;
use baqylau_report::answers::{AnswerCell, AnswerTree};
use baqylau_report::{Report, ReportContent};
use baqylau_tests::observed::{MISSIONS, lived, observed, read, sealed_bytes};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A report, with the checklist that it is read by.
type ReadReport = (Report, Arc<Form>);

/// How often each report is packed and unpacked.
const ROUNDS: usize = 20;

fn main() {
    for mission in MISSIONS {
        let world = observed(mission, 4, 8);
        let mut by_checklist: BTreeMap<String, Vec<ReadReport>> = BTreeMap::new();
        for (report, form) in read(&world) {
            by_checklist.entry(form.definition().id.clone()).or_default().push((lived(&report, &form), form));
        }
        for (checklist, reports) in &by_checklist {
            weigh(checklist, reports);
        }
        speed(&by_checklist.into_values().flatten().collect::<Vec<_>>());
    }
}

fn weigh(checklist: &str, reports: &[ReadReport]) {
    let medians = |bytes: &dyn Fn(&ReadReport) -> usize| {
        let mut all: Vec<usize> = reports.iter().map(bytes).collect();
        all.sort_unstable();
        (all[all.len() / 2], all[all.len() - 1])
    };
    let (answers, most_answers) = medians(&|(report, _)| report.answers.len());
    let (as_json, most_as_json) = medians(&|(report, form)| deflated(&content(report, form), form).len());
    let (payload, most_payload) = medians(&|(report, _)| report.encode().len());
    let mut classes: BTreeMap<usize, usize> = BTreeMap::new();
    reports.iter().for_each(|(report, _)| *classes.entry(sealed_bytes(report)).or_default() += 1);
    let bar = class_bytes(0);
    let within = classes.keys().all(|class| *class <= bar);
    println!(
        "{checklist}: {} reports; answers packed {answers} (at most {most_answers}) bytes, as JSON, deflated, {as_json} \
         ({most_as_json}): {:.2}; reports {payload} ({most_payload}); envelopes by class {classes:?}, bar {bar}: {}",
        reports.len(),
        ratio(answers, as_json),
        if within { "met" } else { "not met" },
    );
}

fn ratio(one: usize, other: usize) -> f64 {
    let float = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(one) / float(other)
}

fn content(report: &Report, form: &Form) -> ReportContent {
    report.content(form).expect("it unpacks")
}

/// What a report says as JSON by the names of questions and choices, as other programs send it.
fn json_of(content: &ReportContent, form: &Form) -> Vec<u8> {
    let remarks: Vec<Value> =
        content.remarks.iter().map(|remark| json!([remark.node, remark.rows, remark.text])).collect();
    let said = json!({ "answers": tree(&content.answers, form), "log": content.log, "remarks": remarks });
    serde_json::to_vec(&said).expect("JSON")
}

fn deflated(content: &ReportContent, form: &Form) -> Vec<u8> {
    compress_to_vec(&json_of(content, form), 9)
}

fn tree(answers: &AnswerTree, form: &Form) -> Value {
    let items = &form.definition().items;
    let entry = |(node, cell): (&u32, &AnswerCell)| {
        let item = items.get(*node as usize).expect("a question");
        let said = match cell {
            AnswerCell::Rows(rows) => rows.iter().map(|row| tree(row, form)).collect(),
            AnswerCell::Answer(answer) => value(answer, &item.kind, form),
        };
        (item.name.clone(), said)
    };
    Value::Object(answers.cells.iter().map(entry).collect::<Map<_, _>>())
}

fn value(answer: &Answer, kind: &Kind, form: &Form) -> Value {
    let list = kind.own_list().and_then(|list| form.definition().lists.get(list));
    let name = |choice: &u32| list.and_then(|list| list.choices.get(*choice as usize)).map(|choice| json!(choice.name));
    match answer {
        Answer::One(choice) => name(choice).unwrap_or_else(|| json!(choice)),
        Answer::Many(choices) => choices.iter().map(|choice| name(choice).unwrap_or_else(|| json!(choice))).collect(),
        Answer::Text(text) | Answer::Attachment(text) => json!(text),
        Answer::Integer(number) => json!(number),
        Answer::Acknowledged => json!(true),
        Answer::Decimal(_)
        | Answer::Date(_)
        | Answer::Time(_)
        | Answer::Moment(_)
        | Answer::Point(_)
        | Answer::Missing(_) => json!(answer),
    }
}

fn speed(reports: &[ReadReport]) {
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
    let sent: Vec<Vec<u8>> = contents.iter().zip(reports).map(|(said, (_, form))| deflated(said, form)).collect();
    let write = || contents.iter().zip(reports).map(|(said, (_, form))| deflated(said, form).len()).sum::<usize>();
    let ((), deflating) = timed(|| {
        (0..ROUNDS).for_each(|_| {
            std::hint::black_box(write());
        })
    });
    let read = |bytes: &Vec<u8>| -> Value {
        serde_json::from_slice(&decompress_to_vec(bytes).expect("it inflates")).expect("JSON")
    };
    let ((), inflating) = timed(|| {
        (0..ROUNDS).for_each(|_| sent.iter().for_each(|bytes| drop(std::hint::black_box(read(bytes)))));
    });
    println!(
        "a report: packed at {:.0} and unpacked at {:.0} a second; as JSON, deflated at {:.0} and read at {:.0}: {:.2} and {:.2}",
        1e6 / each(packed),
        1e6 / each(unpacked),
        1e6 / each(deflating),
        1e6 / each(inflating),
        deflating.as_secs_f64() / packed.as_secs_f64(),
        inflating.as_secs_f64() / unpacked.as_secs_f64()
    );
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
fn opening(reports: &[ReadReport]) -> Duration {
    let mission = MissionId([1; 16]);
    let secret = ReadingSecret::generate(1);
    let (reading, device) = (secret.public(), SigningKey::generate());
    let (shared, _) = SharedKey::encapsulate(&reading, mission).expect("encapsulates");
    let (to, prev, blobs) = (Recipient::Desks(&reading), Hash([3; 32]), &[]);
    let address = Address { mission, device: DeviceId([2; 16]), seq: 1, prev, to, blobs };
    let seal = |(report, _): &ReadReport| {
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
