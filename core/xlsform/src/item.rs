//! One row of the survey as an item.

use crate::cells::{is_name, yes_or_no};
use crate::choices::Lists;
use crate::finding::{Findings, SheetProblem};
use crate::header::RowCells;
use crate::kind::{self, Holder, RowType};
use baqylau_forms::definition::{Check, Item, Kind, ListRef, Phase};
use baqylau_forms::form::Fault;
use baqylau_forms::{Missing, Places};

/// Languages and places of the mission, shared by all of its checklists.
pub(crate) struct MissionContext<'m> {
    pub languages: &'m [String],
    pub places: &'m Places,
}

/// Whether it is a question, which has a number and a label.
pub(crate) fn is_asked(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Group { .. }
            | Kind::Repeat { .. }
            | Kind::Note
            | Kind::Calculate
            | Kind::Hidden
            | Kind::Start
            | Kind::End
            | Kind::Today
    )
}

/// Reads a row that is no end of a group or repeat.
pub(crate) fn read(
    row: &RowCells,
    parsed: Result<RowType, SheetProblem>,
    mission: &MissionContext,
    lists: &mut Lists,
    findings: &mut Findings,
) -> Item {
    let mut reader = ItemReader { row, mission, findings };
    let is_range = matches!(parsed, Ok(RowType::Range));
    let (kind, sound) = reader.kind(parsed, lists);
    reader.left_out(&kind);
    reader.presentation(is_range);
    let mut item = reader.item(kind);
    reader.texts(&item, sound);
    if !sound {
        // Read on as a text, so that what names it finds it; what else the row says fits the kind that was meant.
        item = Item { choice_filter: None, default: None, calculation: None, ..item };
    }
    item
}

struct ItemReader<'r> {
    row: &'r RowCells<'r, 'r>,
    mission: &'r MissionContext<'r>,
    findings: &'r mut Findings,
}

impl ItemReader<'_> {
    fn report(&mut self, column: &str, problem: SheetProblem) {
        self.row.report(self.findings, column, problem);
    }

    fn value(&mut self, column: &str, value: &str, expected: &str) {
        self.report(column, SheetProblem::Value { value: value.to_owned(), expected: expected.to_owned() });
    }

    /// The kind, and whether it is the one that was written.
    fn kind(&mut self, parsed: Result<RowType, SheetProblem>, lists: &mut Lists) -> (Kind, bool) {
        let kind = match parsed {
            Ok(RowType::Plain(kind)) => Ok(kind),
            Ok(RowType::Range) => return (self.range(), true),
            Ok(RowType::Begin(Holder::Repeat)) => Ok(Kind::Repeat { count: self.row.owned("repeat_count") }),
            Ok(RowType::Begin(Holder::Group) | RowType::End(_)) => Ok(Kind::Group { phase: self.phase() }),
            Ok(RowType::Select { many, list, other }) => self
                .list(list, other, lists)
                .map(|list| if many { Kind::SelectMultiple { list } } else { Kind::SelectOne { list } }),
            Err(problem) => Err(problem),
        };
        kind.map(|kind| (kind, true)).unwrap_or_else(|problem| {
            self.report("type", problem);
            (Kind::Text, false)
        })
    }

    fn list(&self, list: &str, other: bool, lists: &mut Lists) -> Result<ListRef, SheetProblem> {
        let is_level = self.mission.places.level(list).is_some();
        match (is_level, lists.has(list)) {
            (true, true) => Err(SheetProblem::Ambiguous { list: list.to_owned() }),
            (true, false) if other => Err(SheetProblem::OrOther { what: "a level of the places" }),
            (true, false) => Ok(ListRef::Places(list.to_owned())),
            (false, true) if other && self.row.get("choice_filter").is_some() => {
                Err(SheetProblem::OrOther { what: "a choice_filter" })
            }
            (false, _) => lists.take(list, other, self.mission.languages).map(ListRef::Own).ok_or_else(|| {
                let levels: Vec<&str> = self.mission.places.table().levels.iter().map(|l| l.id.as_str()).collect();
                SheetProblem::NoList { list: list.to_owned(), suggestion: lists.suggestion(list, &levels) }
            }),
        }
    }

    fn range(&mut self) -> Kind {
        let (kind, problems) = kind::range(self.row.get("parameters").unwrap_or_default());
        problems.into_iter().for_each(|p| self.report("parameters", p));
        kind
    }

    fn phase(&mut self) -> Option<Phase> {
        match self.row.get("phase")? {
            "arrival" => Some(Phase::Arrival),
            "observing" => Some(Phase::Observing),
            "leaving" => Some(Phase::Leaving),
            other => {
                self.value("phase", other, "arrival, observing or leaving");
                None
            }
        }
    }

    fn item(&mut self, kind: Kind) -> Item {
        let row = self.row;
        Item {
            name: self.name(),
            label: row.text("label"),
            hint: row.text("hint"),
            // Here alone `no` says something and `yes` nothing.
            relevant: match row.get("relevant").map(|t| (t, yes_or_no(t))) {
                Some((_, Some(true))) | None => None,
                Some((_, Some(false))) => Some("false()".to_owned()),
                Some((expression, None)) => Some(expression.to_owned()),
            },
            constraint: row.owned("constraint"),
            constraint_message: row.text("constraint_message"),
            check: self.check(),
            required: self.condition("required"),
            required_message: row.text("required_message"),
            read_only: self.condition("read_only"),
            default: row.owned("default"),
            calculation: row.owned("calculation"),
            choice_filter: row.owned("choice_filter"),
            missing: self.missing(),
            appearance: row.owned("appearance").unwrap_or_default(),
            figures: words(row.get("figure")).map(str::to_owned).collect(),
            kind,
            ..Item::default()
        }
    }

    fn name(&mut self) -> String {
        let name = self.row.get("name").unwrap_or_default();
        if name.is_empty() {
            self.report("name", SheetProblem::Blank { what: "the name" });
        } else if !is_name(name) {
            self.report("name", SheetProblem::Fault(Fault::BadName { name: name.to_owned() }));
        }
        name.to_owned()
    }

    /// `yes`, `no` or an expression.
    fn condition(&self, column: &'static str) -> Option<String> {
        let text = self.row.get(column)?;
        match yes_or_no(text) {
            Some(yes) => yes.then(|| "true()".to_owned()),
            None => Some(text.to_owned()),
        }
    }

    fn check(&mut self) -> Check {
        match self.row.get("check") {
            None | Some("warning") => Check::Warning,
            Some("error") => Check::Error,
            Some(other) => {
                self.value("check", other, "error or warning");
                Check::Warning
            }
        }
    }

    fn missing(&mut self) -> Vec<Missing> {
        let mut out = Vec::new();
        for word in words(self.row.get("missing")) {
            match Missing::from_code(word) {
                Some(missing) if !out.contains(&missing) => out.push(missing),
                Some(_) => {}
                None => self.value("missing", word, "dk (do not know), np (not permitted) or na (not applicable)"),
            }
        }
        out
    }

    /// Texts that must be there, and their translations.
    fn texts(&mut self, item: &Item, sound: bool) {
        let read = sound && (is_asked(&item.kind) || item.kind == Kind::Note);
        if read && item.label.is_empty() && self.row.header.has("label") {
            self.report("label", SheetProblem::Blank { what: "the label" });
        }
        for column in ["label", "hint", "constraint_message", "required_message"] {
            self.row.translated(column, self.mission.languages, self.findings);
        }
    }

    /// Cells that say something where nothing is to be said.
    fn left_out(&mut self, kind: &Kind) {
        let (row, is_group) = (self.row, matches!(kind, Kind::Group { .. }));
        let holds = is_group || matches!(kind, Kind::Repeat { .. });
        let has = |column| row.get(column).is_some();
        let wrong = [
            ("repeat_count", has("repeat_count") && !matches!(kind, Kind::Repeat { .. }), "on begin_repeat"),
            ("phase", has("phase") && !is_group, "on a begin_group at the top"),
            ("read_only", has("read_only") && holds, "on each of the questions that it is about"),
        ];
        for (column, _, belongs) in wrong.into_iter().filter(|w| w.1) {
            self.report(column, SheetProblem::Meaningless { belongs });
        }
        let idle = [
            ("check", has("check") && !has("constraint"), "belongs to a constraint"),
            (
                "constraint_message",
                !row.text("constraint_message").is_empty() && !has("constraint"),
                "belongs to a constraint",
            ),
            ("required_message", !row.text("required_message").is_empty() && !has("required"), "belongs to required"),
        ];
        for (column, _, why) in idle.into_iter().filter(|w| w.1) {
            self.report(column, SheetProblem::LeftOut { why });
        }
    }
}

impl ItemReader<'_> {
    /// Parameters and appearances: what changes how a question looks is a hint, what changes its answers is refused.
    fn presentation(&mut self, is_range: bool) {
        let parameters = self.row.get("parameters").filter(|_| !is_range).unwrap_or_default();
        for (name, value) in kind::parameters(parameters) {
            if kind::COSMETIC.contains(&name.as_str()) {
                self.report(
                    "parameters",
                    SheetProblem::LeftOut { why: "changes only how the question is shown or recorded" },
                );
            } else {
                let part = if value.is_empty() { name } else { format!("{name}={value}") };
                self.value("parameters", &part, "no parameter here: start=, end= and step= belong to range");
            }
        }
        let appearance = self.row.get("appearance").unwrap_or_default();
        for (word, remedy) in kind::refused_appearances(appearance) {
            self.report("appearance", SheetProblem::Appearance { word: word.to_owned(), remedy });
        }
    }
}

fn words(cell: Option<&str>) -> impl Iterator<Item = &str> {
    let split = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    cell.unwrap_or_default().split(split).filter(|w| !w.is_empty())
}
