//! Another implementation, in Python and from the document alone, reads the same.

use super::support::{Dice, edited, everything};
use baqylau_forms::Form;
use baqylau_forms::value::Answer;
use baqylau_report::answers::AnswerCell;
use baqylau_report::report::Remark;
use baqylau_report::{AnswerTree, ReportContent};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// As the program in Python tells it.
fn told(form: &Form, content: &ReportContent) -> Value {
    let remarks: Vec<Value> = content.remarks.iter().map(|r| json!([r.node, r.rows, r.confirms, r.text])).collect();
    json!({"answers": tree(form, &content.answers), "log": content.log, "remarks": remarks})
}

fn tree(form: &Form, answers: &AnswerTree) -> Value {
    let cell = |(node, cell): (&u32, &AnswerCell)| match cell {
        AnswerCell::Rows(rows) => json!([node, rows.iter().map(|row| tree(form, row)).collect::<Vec<_>>()]),
        AnswerCell::Answer(answer) => json!([node, value(form, *node, answer)]),
    };
    answers.cells.iter().map(cell).collect()
}

fn value(form: &Form, node: u32, answer: &Answer) -> Value {
    let choice = |choice: &u32| match form.list(node) {
        Some(_) => json!(choice),
        None => json!(form.choice_name(node, *choice)),
    };
    match answer {
        Answer::Text(text) => json!(["text", text]),
        Answer::Integer(n) => json!(["integer", n]),
        Answer::Decimal(d) => json!(["decimal", [d.digits, i64::from(d.scale)]]),
        Answer::Date(d) => json!(["date", d.0]),
        Answer::Time(t) => json!(["time", t.0]),
        Answer::Moment(m) => json!(["moment", [m.ms, i64::from(m.offset)]]),
        Answer::Point(p) => json!(["point", [json!(p.latitude), json!(p.longitude), json!(p.accuracy), json!(p.mock)]]),
        Answer::One(one) => json!(["one", choice(one)]),
        Answer::Many(many) => json!(["many", many.iter().map(choice).collect::<Vec<_>>()]),
        Answer::Attachment(name) => json!(["attachment", name]),
        Answer::Acknowledged => json!(["acknowledged", null]),
        Answer::Missing(why) => json!(["missing", why.code()]),
    }
}

#[test]
fn another_implementation_unpacks_and_packs_the_same() {
    let form = everything();
    let folder = tempfile::tempdir().expect("a folder");
    let definition = folder.path().join("definition.json");
    std::fs::write(&definition, serde_json::to_vec(form.definition()).expect("JSON")).expect("a file");
    let content = |seed| {
        let mut dice = Dice(seed);
        let answers = AnswerTree::of(&edited(&form, &mut dice).0);
        let mut at = 0;
        let mut line = |_| {
            at += dice.small::<u32>(90);
            (dice.small::<u32>(form.definition().items.len()), at)
        };
        let log = (0..seed % 12).map(&mut line).collect();
        let text = ["", "екі рет қарадым", "checked twice", "choice"][dice.below(4)].to_owned();
        let remark = Remark { node: dice.small(17), rows: vec![dice.small(3)], confirms: dice.below(2) == 0, text };
        ReportContent { answers, log, remarks: vec![remark; dice.below(3)] }
    };
    let contents: Vec<ReportContent> = (0..400).map(content).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats/answers.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(&definition).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("Python runs");
    let mut input = child.stdin.take().expect("an input");
    let lines: String = contents
        .iter()
        .map(|c| c.encode(&form).iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n")
        .collect();
    let write = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let out = child.wait_with_output().expect("Python ends");
    write.join().expect("no panic").expect("it reads everything");
    let read: Vec<Value> = String::from_utf8(out.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(read.len(), contents.len());
    for (content, read) in contents.iter().zip(read) {
        assert_eq!(read, told(&form, content));
    }
    assert!(out.status.success());
}
