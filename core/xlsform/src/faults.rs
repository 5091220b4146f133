//! What the compiler of definitions finds, brought back to rows and columns.

use crate::finding::{Findings, SheetProblem};
use crate::survey::Origins;
use crate::workbook::Workbook;
use baqylau_forms::definition::Kind;
use baqylau_forms::expr::ExprError;
use baqylau_forms::form::{self, Fault, Field};
use baqylau_forms::{Definition, Form, Places};
use std::collections::HashSet;
use std::sync::Arc;

/// The compiler looks at names first, then at expressions, then at circles. Three rounds see everything; the fourth is for what
/// mending brings to light.
const ROUNDS: usize = 4;

/// Compiles the definition and reports everything that is wrong. What is wrong is mended in a copy, so that one fault does not
/// hide others.
pub(crate) fn collect(
    workbook: &Workbook,
    definition: &Definition,
    places: &Arc<Places>,
    origins: &Origins,
    findings: &mut Findings,
) {
    let written: HashSet<&str> = definition.items.iter().map(|i| i.name.as_str()).collect();
    let mut copy = definition.clone();
    let mut first = None;
    for _ in 0..ROUNDS {
        let Err(problems) = Form::compile(copy.clone(), places.clone()) else { break };
        first = first.or_else(|| problems.first().cloned());
        let known: HashSet<String> = copy.items.iter().map(|i| i.name.clone()).collect();
        for problem in problems {
            mend(&mut copy, &problem);
            // A name that was written and is not valid was reported where it was written.
            let follows = matches!(&problem.fault, Fault::Expression(ExprError::Name { name, .. })
                if written.contains(name.as_str()) && !known.contains(name));
            if !follows {
                report(workbook, origins, definition, problem, findings);
            }
        }
    }
    // Whatever was taken for a consequence: a definition that does not compile is never returned.
    if let Some(problem) = first.filter(|_| !findings.has_errors()) {
        findings.add(&workbook.survey, None, None, SheetProblem::Fault(problem.fault));
    }
}

fn report(
    workbook: &Workbook,
    origins: &Origins,
    definition: &Definition,
    problem: form::DefinitionProblem,
    findings: &mut Findings,
) {
    let header = &origins.header;
    let Some(item) = problem.item else {
        let sheet = match problem.field {
            Field::Choices => workbook.choices.as_ref().or(workbook.shared.as_ref()).unwrap_or(&workbook.survey),
            Field::Type => &workbook.survey,
            _ => &workbook.settings,
        };
        // The choices and the settings were checked cell by cell; this is for what no cell shows.
        if !findings.has_any(sheet) {
            findings.add(sheet, None, None, SheetProblem::Fault(problem.fault));
        }
        return;
    };
    let row = origins.rows.get(item).copied();
    let range = definition.items.get(item).is_some_and(|i| matches!(i.kind, Kind::Range { .. }));
    let name = match problem.field {
        Field::Type if range => "parameters",
        field => field.column(),
    };
    let column = header.written(name, None).unwrap_or(name);
    let known =
        findings.has_error(header.sheet, row, Some(column)) || matches!(problem.fault, Fault::Untranslated { .. });
    if !known {
        findings.add(header.sheet, row, Some(column), SheetProblem::Fault(problem.fault));
    }
}

/// Takes what is wrong out of the definition.
fn mend(definition: &mut Definition, problem: &form::DefinitionProblem) {
    let languages = definition.languages.len();
    let Some(at) = problem.item else { return mend_whole(definition, problem) };
    let Some(item) = definition.items.get_mut(at) else { return };
    match problem.field {
        Field::Name => item.name = format!("_row_{at}"),
        Field::Type => {
            item.kind = Kind::Text;
            item.choice_filter = None;
        }
        Field::Label | Field::Hint | Field::ConstraintMessage | Field::RequiredMessage => {
            let text = match problem.field {
                Field::Label => &mut item.label,
                Field::Hint => &mut item.hint,
                Field::ConstraintMessage => &mut item.constraint_message,
                _ => &mut item.required_message,
            };
            text.0 = vec![Arc::from("-"); languages];
        }
        Field::Relevant => item.relevant = None,
        Field::Constraint => item.constraint = None,
        Field::Required => item.required = None,
        Field::ReadOnly => item.read_only = None,
        Field::Default => item.default = None,
        Field::Calculation => {
            item.calculation = None;
            if item.kind == Kind::Calculate {
                item.kind = Kind::Hidden;
            }
        }
        Field::ChoiceFilter => item.choice_filter = None,
        Field::RepeatCount => item.kind = Kind::Repeat { count: None },
        Field::Missing => item.missing.clear(),
        Field::Settings | Field::Choices => {}
    }
}

fn mend_whole(definition: &mut Definition, problem: &form::DefinitionProblem) {
    let languages = definition.languages.len();
    match problem.field {
        Field::Settings => {
            definition.title.0 = vec![Arc::from("-"); languages];
            definition.places.clear();
            definition.items.truncate(form::MAX_ITEMS);
        }
        Field::Choices => {
            for (l, list) in definition.lists.iter_mut().enumerate() {
                list.choices.truncate(form::MAX_CHOICES);
                for (c, choice) in list.choices.iter_mut().enumerate() {
                    choice.label.0 = vec![Arc::from("-"); languages];
                    if choice.name.is_empty() || choice.name.contains(char::is_whitespace) {
                        choice.name = format!("_{l}_{c}").into();
                    }
                }
                let mut seen = HashSet::new();
                list.choices.retain(|c| seen.insert(c.name.clone()));
            }
        }
        _ => {}
    }
}
