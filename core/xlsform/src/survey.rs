//! The survey sheet: groups, repeats and questions.

use crate::cells::yes_or_no;
use crate::choices::Lists;
use crate::finding::{Findings, SheetProblem};
use crate::header::{Dialect, RowCells, SheetHeader};
use crate::item::{self, MissionContext};
use crate::kind::{self, Holder, RowType};
use crate::nesting::Nesting;
use crate::or_other;
use crate::workbook::Sheet;
use baqylau_forms::Places;
use baqylau_forms::definition::{Item, Kind};
use std::collections::HashMap;

const DIALECT: Dialect = Dialect {
    plain: &[
        "type",
        "name",
        "relevant",
        "constraint",
        "check",
        "required",
        "missing",
        "calculation",
        "default",
        "read_only",
        "choice_filter",
        "repeat_count",
        "appearance",
        "phase",
        "figure",
        "parameters",
        "disabled",
    ],
    texts: &["label", "hint", "constraint_message", "required_message"],
    aliases: &[
        ("relevance", "relevant"),
        ("skip", "relevant"),
        ("readonly", "read_only"),
        ("calculate", "calculation"),
        ("caption", "label"),
        ("command", "type"),
        ("tag", "name"),
        ("value", "name"),
        ("constraint_msg", "constraint_message"),
        ("constraining_message", "constraint_message"),
        ("required_msg", "required_message"),
        ("requiredmsg", "required_message"),
        ("count", "repeat_count"),
        ("jr:count", "repeat_count"),
        ("bind::relevant", "relevant"),
        ("bind::constraint", "constraint"),
        ("bind::jr:constraintmsg", "constraint_message"),
        ("bind::required", "required"),
        ("bind::jr:requiredmsg", "required_message"),
        ("bind::readonly", "read_only"),
        ("bind::calculate", "calculation"),
        ("control::jr:count", "repeat_count"),
        ("body::jr:count", "repeat_count"),
        ("control::appearance", "appearance"),
        ("body::appearance", "appearance"),
    ],
    cosmetic: &[
        "media",
        "media::",
        "image",
        "big-image",
        "audio",
        "video",
        "guidance_hint",
        "autoplay",
        "accuracythreshold",
        "rows",
        "no_app_error_string",
        "noapperrorstring",
        "bind::jr:noapperrorstring",
        "control::autoplay",
        "control::rows",
        "control::class",
        "control::accuracythreshold",
        "body::autoplay",
        "body::rows",
        "body::class",
        "body::accuracythreshold",
        "sms_field",
        "sms_option",
        "sms_separator",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_response",
        "compact_tag",
        "instance::odk:tag",
        "hxl",
    ],
    refused: &[
        ("trigger", "write a calculation: it is made anew whenever what it names changes"),
        ("save_to", "remove the column: reports are all that leaves a phone"),
        ("bind::entities:saveto", "remove the column: reports are all that leaves a phone"),
        ("intent", "ask for the value with a question"),
        ("control::intent", "ask for the value with a question"),
        ("body::intent", "ask for the value with a question"),
        ("query", "put the choices into the choices sheet and use choice_filter"),
        ("bind::type", "say it in the column type"),
        ("bind::jr:preload", "use the types start, end and today, or a calculation"),
        ("bind::jr:preloadparams", "use the types start, end and today, or a calculation"),
        ("bind::", "say it in a column of docs/authoring.md, or remove the column"),
        ("instance::", "say it in a column of docs/authoring.md, or remove the column"),
        ("control::", "say it in a column of docs/authoring.md, or remove the column"),
        ("body::", "say it in a column of docs/authoring.md, or remove the column"),
    ],
    open: false,
};

/// Columns that may be filled in on the row that ends a group or repeat: what it is, and what changes no question and no value. Every
/// other plain column there looks as if it said something, and says nothing.
const ON_AN_END: [&str; 4] = ["type", "name", "appearance", "disabled"];

/// The items, each with the row it came from.
pub(crate) struct Survey<'w> {
    pub items: Vec<Item>,
    pub origins: Origins<'w>,
}

/// Where the items came from.
pub(crate) struct Origins<'w> {
    pub header: SheetHeader<'w>,
    /// Rows by item.
    pub rows: Vec<usize>,
}

pub(crate) fn read<'w>(
    sheet: &'w Sheet,
    languages: &[String],
    places: &Places,
    lists: &mut Lists,
    findings: &mut Findings,
) -> Survey<'w> {
    let header = SheetHeader::read(sheet, &DIALECT, languages, findings);
    header.need(&["type", "name", "label"], findings);
    let mission = MissionContext { languages, places };
    let mut reader =
        SurveyReader { mission, lists, findings, items: Vec::new(), rows: Vec::new(), names: HashMap::new(), asked: 0 };
    let mut nesting = Nesting::default();
    if header.has("type") {
        header.rows().for_each(|row| reader.row(&row, &mut nesting));
    }
    let SurveyReader { items, rows, findings, .. } = reader;
    for open in nesting.into_open() {
        let problem = SheetProblem::NotEnded { open: open.holder.name(), end: open.holder.end(), name: open.name };
        findings.cell(sheet, open.row, "type", problem);
    }
    Survey { items, origins: Origins { header, rows } }
}

struct SurveyReader<'r, 'l> {
    mission: MissionContext<'r>,
    lists: &'r mut Lists<'l>,
    findings: &'r mut Findings,
    items: Vec<Item>,
    rows: Vec<usize>,
    /// Rows by name.
    names: HashMap<String, usize>,
    /// How many questions have a number.
    asked: usize,
}

impl SurveyReader<'_, '_> {
    fn row(&mut self, row: &RowCells, nesting: &mut Nesting) {
        match row.get("disabled").map(|cell| (cell, yes_or_no(cell))) {
            Some((_, Some(true))) => return,
            Some((cell, None)) => {
                let problem = SheetProblem::Value {
                    value: cell.to_owned(),
                    expected: "yes (the row is left out) or no".to_owned(),
                };
                row.report(self.findings, "disabled", problem);
            }
            Some((_, Some(false))) | None => {}
        }
        let Some(cell) = row.get("type") else {
            return row.report(self.findings, "type", SheetProblem::Blank { what: "the type" });
        };
        let parsed = kind::parse(cell);
        if let Ok(RowType::End(holder)) = parsed {
            if let Err(problem) = nesting.end(holder) {
                row.report(self.findings, "type", problem);
            }
            let logic = DIALECT.plain.iter().filter(|c| !ON_AN_END.contains(c));
            for column in logic.filter(|c| row.get(c).is_some()) {
                row.report(
                    self.findings,
                    column,
                    SheetProblem::Meaningless { belongs: "on the row that begins the group or repeat" },
                );
            }
            return;
        }
        let with_other = matches!(parsed, Ok(RowType::Select { other: true, .. }));
        let mut item = item::read(row, parsed, &self.mission, self.lists, self.findings);
        item.parent = nesting.parent();
        if item.parent.is_some() && row.get("phase").is_some() {
            row.report(self.findings, "phase", SheetProblem::Meaningless { belongs: "on a begin_group at the top" });
        }
        self.name(row, &item.name);
        let holder = match item.kind {
            Kind::Group { .. } => Some(Holder::Group),
            Kind::Repeat { .. } => Some(Holder::Repeat),
            _ => None,
        };
        if let (Some(holder), Ok(at)) = (holder, u32::try_from(self.items.len())) {
            nesting.begin(at, holder, &item.name, row.number());
        }
        let follow_up = with_other.then(|| or_other::question(&item, self.mission.languages));
        self.push(row.number(), item);
        if let Some(question) = follow_up {
            self.name(row, &question.name);
            self.push(row.number(), question);
        }
    }

    fn name(&mut self, row: &RowCells, name: &str) {
        if let Some(first) = self.names.get(name).filter(|_| !name.is_empty()) {
            row.report(self.findings, "name", SheetProblem::Doubled { name: name.to_owned(), first: *first });
        }
        self.names.entry(name.to_owned()).or_insert(row.number());
    }

    fn push(&mut self, row: usize, mut item: Item) {
        if item::is_asked(&item.kind) {
            self.asked += 1;
            item.number = self.asked.to_string();
        }
        self.items.push(item);
        self.rows.push(row);
    }
}
