//! The settings sheet: one row about the checklist as a whole.

use crate::cells::is_name;
use crate::finding::{Findings, SheetProblem};
use crate::header::{Dialect, RowCells, SheetHeader, language_code};
use crate::workbook::Sheet;
use baqylau_forms::Places;
use baqylau_forms::definition::Text;
use baqylau_forms::form::Fault;

const DIALECT: Dialect = Dialect {
    plain: &["form_id", "version", "default_language", "places", "once", "urgent"],
    texts: &["form_title"],
    aliases: &[
        ("id_string", "form_id"),
        ("set_form_id", "form_id"),
        ("title", "form_title"),
        ("set_form_title", "form_title"),
    ],
    // How a form looks, is called, sent, encrypted and edited elsewhere: here the mission decides that.
    cosmetic: &[
        "allow_choice_duplicates",
        "attribute",
        "attribute::",
        "auto_delete",
        "auto_send",
        "clean_text_values",
        "client_editable",
        "delimiter",
        "instance_name",
        "instance_xmlns",
        "name",
        "namespaces",
        "omit_instanceid",
        "prefix",
        "public_key",
        "sms_keyword",
        "sms_separator",
        "style",
        "submission_url",
    ],
    refused: &[],
    open: false,
};

/// The checklist as a whole.
#[derive(Default)]
pub(crate) struct SheetSettings {
    pub id: String,
    pub version: String,
    pub title: Text,
    pub places: Vec<String>,
    pub place_optional: bool,
    pub once: bool,
    pub urgent: bool,
}

pub(crate) fn read(sheet: &Sheet, languages: &[String], places: &Places, findings: &mut Findings) -> SheetSettings {
    let header = SheetHeader::read(sheet, &DIALECT, languages, findings);
    header.need(&["form_id", "version", "form_title", "places"], findings);
    if sheet.rows.len() != 1 {
        findings.add(
            sheet,
            None,
            None,
            SheetProblem::Rows { found: sheet.rows.len(), expected: "one row: the checklist" },
        );
    }
    let Some(row) = header.rows().next() else { return SheetSettings::default() };
    let mut reader = SettingsReader { row, findings };
    let id = reader.needed("form_id", "the checklist's id");
    let version = reader.needed("version", "the version");
    reader.form_id(&id);
    reader.title(languages);
    reader.default_language(languages);
    let (levels, place_optional) = reader.places(places);
    let (once, urgent) = (reader.once(), reader.urgent());
    SheetSettings { id, version, title: reader.row.text("form_title"), places: levels, place_optional, once, urgent }
}

struct SettingsReader<'r, 's> {
    row: RowCells<'r, 's>,
    findings: &'r mut Findings,
}

impl SettingsReader<'_, '_> {
    fn report(&mut self, column: &str, problem: SheetProblem) {
        self.row.report(self.findings, column, problem);
    }

    fn needed(&mut self, column: &'static str, what: &'static str) -> String {
        let found = self.row.owned(column);
        if found.is_none() && self.row.header.has(column) {
            self.report(column, SheetProblem::Blank { what });
        }
        found.unwrap_or_default()
    }

    fn form_id(&mut self, id: &str) {
        if !id.is_empty() && !is_name(id) {
            self.report("form_id", SheetProblem::Fault(Fault::BadName { name: id.to_owned() }));
        }
    }

    fn title(&mut self, languages: &[String]) {
        if self.row.header.has("form_title") && self.row.text("form_title").is_empty() {
            self.report("form_title", SheetProblem::Blank { what: "the checklist's title" });
        }
        self.row.translated("form_title", languages, self.findings);
    }

    /// The mission decides which language comes first; a wrong one here is a slip worth knowing.
    fn default_language(&mut self, languages: &[String]) {
        let Some(language) = self.row.get("default_language") else { return };
        if !languages.iter().any(|l| l == language_code(language)) {
            self.report("default_language", SheetProblem::LeftOut { why: "is no language of the mission" });
        }
    }

    /// Levels, and whether a visit may be without a place.
    fn places(&mut self, places: &Places) -> (Vec<String>, bool) {
        let mut levels = Vec::new();
        let mut optional = false;
        let cell = self.row.get("places").unwrap_or_default();
        if cell.is_empty() && self.row.header.has("places") {
            self.report("places", SheetProblem::Blank { what: "a level, or `none`," });
        }
        for word in cell.split([' ', ',']).map(str::trim).filter(|w| !w.is_empty()) {
            if word == "none" {
                optional = true;
            } else if places.level(word).is_none() {
                let known: Vec<&str> = places.table().levels.iter().map(|l| l.id.as_str()).collect();
                let expected = format!("levels of the places ({}) or none", known.join(", "));
                self.report("places", SheetProblem::Value { value: word.to_owned(), expected });
            } else if !levels.iter().any(|l| l == word) {
                levels.push(word.to_owned());
            }
        }
        (levels, optional)
    }

    fn urgent(&mut self) -> bool {
        match self.row.get("urgent") {
            None | Some("no") => false,
            Some("yes") => true,
            Some(other) => {
                let expected = "`yes` (its reports go before all others) or `no`".to_owned();
                self.report("urgent", SheetProblem::Value { value: other.to_owned(), expected });
                false
            }
        }
    }

    fn once(&mut self) -> bool {
        match self.row.get("once") {
            None | Some("visit") => true,
            Some("free") => false,
            Some(other) => {
                let expected = "`visit` (one report a visit) or `free` (any number)".to_owned();
                self.report("once", SheetProblem::Value { value: other.to_owned(), expected });
                true
            }
        }
    }
}
