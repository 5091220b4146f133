//! How large reports are when they are sent: those of missions fit the smallest class.

use baqylau_forms::definition::Kind;
use baqylau_forms::value::Answer;
use baqylau_protocol::envelope::class_bytes;
use baqylau_report::Report;
use baqylau_report::answers::AnswerCell;
use baqylau_report::report::Remark;
use baqylau_tests::observed::{MISSIONS, lived, observed, read, sealed_bytes};

/// Of all checklists of both missions, in all their languages, with the texts of the plans.
#[test]
fn simulated_reports_fit_a_thousand_bytes() {
    for mission in MISSIONS {
        let world = observed(mission, 24, 8);
        let reports: Vec<Report> = read(&world).iter().map(|(report, form)| lived(report, form)).collect();
        let large = reports.iter().filter(|report| sealed_bytes(report) > class_bytes(0)).count();
        assert!(reports.len() >= 10, "{} reports of {}", reports.len(), mission.0);
        assert_eq!(large, 0, "of {} reports of {}", reports.len(), mission.0);
    }
}

/// What observers write, in no words of the checklist's choosing.
const COMMENTS: [&str; 3] = [
    "The chairperson was helpful, but two members left for lunch at the same time and the box was watched by one clerk only.",
    "Бюллетени пересчитывали дважды, второй раз цифры сошлись; наблюдатель от общественного объединения ушёл около полудня.",
    "Кезек ұзын болды, есік алдында жиырмадан астам адам тұрды; мүгедектер арбасына арналған пандус жоқ.",
];

/// More than sixty answers, three comments, a note and a confirmed warning.
#[test]
fn report_of_sixty_questions_with_comments_fits_a_thousand_bytes() {
    let world = observed(MISSIONS[0], 24, 8);
    let mut found = 0;
    for (report, form) in read(&world) {
        let definition = form.definition();
        let mut content = report.content(&form).expect("it unpacks");
        if definition.id != "voting" || content.answers.cells.len() < 45 {
            continue;
        }
        found += 1;
        let asked = definition.items.iter().zip(0u32..);
        let texts: Vec<u32> = asked.filter(|(item, _)| item.kind == Kind::Text).map(|(_, node)| node).collect();
        for (node, comment) in texts.iter().zip(COMMENTS) {
            content.answers.cells.insert(*node, AnswerCell::Answer(Answer::Text(comment.into())));
        }
        for (node, item) in (0..).zip(&definition.items) {
            let more = content.answers.cells.len() < 64 && item.kind == Kind::Integer;
            if more && form.holder(node).is_none() && !form.computes(node) {
                content.answers.cells.entry(node).or_insert(AnswerCell::Answer(Answer::Integer(417)));
            }
        }
        for (confirms, text) in [(false, "seen from the door"), (true, "counted twice, it is so")] {
            content.remarks.push(Remark { node: texts[0], rows: Vec::new(), confirms, text: text.into() });
        }
        let report = Report { answers: content.encode(&form).into(), ..report };
        let report = lived(&report, &form);
        let answers = content.answers.cells.len();
        assert_eq!(sealed_bytes(&report), class_bytes(0), "{answers} answers in {} bytes", report.answers.len());
    }
    assert!(found >= 5, "{found} reports");
}
