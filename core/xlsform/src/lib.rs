//! Checklists written as tables (XLSForm, in the dialect of `docs/authoring.md`), turned into definitions. Everything that is
//! wrong is reported at once, each with its row, its column and what to do.
//!
//! # Layout
//! - [`workbook`]: the three sheets as rows of text, from CSV or Excel
//! - [`finding`]: what can be wrong with them, and where
//! - [`cells`]: what a spreadsheet makes of texts and numbers
//! - `header`, `settings`, `choices`, `survey`, `item`, `kind`, `or_other`: one part of a checklist each
//! - `faults`: what the compiler of [`baqylau_forms`] finds, brought back to rows and columns

pub mod cells;
mod choices;
mod faults;
pub mod finding;
mod header;
mod item;
mod kind;
mod nesting;
mod or_other;
mod settings;
mod survey;
pub mod workbook;

pub use finding::{Finding, SheetProblem};
pub use workbook::{ReadError, Workbook};

use baqylau_forms::{Definition, Places};
use choices::Lists;
use finding::Findings;
use std::sync::Arc;

/// A checklist that can be filled.
#[derive(Debug, Clone)]
pub struct CompiledChecklist {
    /// The checklist.
    pub definition: Definition,
    /// Findings that stop nothing: columns that are not read, lists that nobody uses.
    pub warnings: Vec<Finding>,
}

/// Turns a workbook into a definition and compiles it once, so that what is returned can be filled. `languages` are the
/// codes of the mission's languages, the default first; the levels of `places` are choice lists.
///
/// # Errors
/// Everything that is wrong, in the order of the sheets and rows.
pub fn compile(
    workbook: &Workbook,
    languages: &[String],
    places: &Arc<Places>,
) -> Result<CompiledChecklist, Vec<Finding>> {
    let mut findings = Findings::default();
    damaged(workbook, &mut findings);
    let mut lists = Lists::read(workbook, languages, &mut findings);
    let settings = settings::read(&workbook.settings, languages, places, &mut findings);
    let survey = survey::read(&workbook.survey, languages, places, &mut lists, &mut findings);
    let definition = Definition {
        format: Definition::FORMAT,
        id: settings.id,
        version: settings.version,
        languages: languages.to_vec(),
        title: settings.title,
        places: settings.places,
        place_optional: settings.place_optional,
        once: settings.once,
        urgent: settings.urgent,
        lists: lists.into_used(&mut findings),
        items: survey.items,
    };
    faults::collect(workbook, &definition, places, &survey.origins, &mut findings);
    let (errors, warnings) = findings.sorted();
    if errors.is_empty() { Ok(CompiledChecklist { definition, warnings }) } else { Err(errors) }
}

/// Cells that hold an error, or a number that cannot be told as it is shown.
fn damaged(workbook: &Workbook, findings: &mut Findings) {
    let further = [&workbook.choices, &workbook.shared].into_iter().flatten();
    for sheet in [&workbook.survey, &workbook.settings].into_iter().chain(further) {
        for (row, column, problem) in &sheet.damaged {
            let header = sheet.header.get(*column).filter(|h| !h.is_empty()).map(String::as_str);
            findings.add(sheet, Some(*row), header, problem.clone());
        }
    }
}
