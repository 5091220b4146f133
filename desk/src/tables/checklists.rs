//! The checklists in `checklists/`, compiled, and the figures that their questions name.

use baqylau_findings::CompiledFigure;
use baqylau_forms::Places;
use baqylau_forms::definition::Definition;
use std::path::Path;
use std::sync::Arc;

/// A checklist by its id: a workbook, or a folder of tables.
pub(super) fn checklist(
    folder: &Path,
    id: &str,
    codes: &[String],
    places: &Arc<Places>,
    warnings: &mut Vec<String>,
) -> Result<Definition, Vec<String>> {
    let one = |e: &dyn std::fmt::Display| vec![e.to_string()];
    let shared = Some(folder.join("choices.csv")).filter(|p| p.exists());
    let xlsx = folder.join(format!("{id}.xlsx"));
    let workbook = if xlsx.exists() {
        baqylau_xlsform::Workbook::from_xlsx(&xlsx, shared.as_deref()).map_err(|e| one(&e))?
    } else {
        baqylau_xlsform::Workbook::from_csv(&folder.join(id), shared.as_deref()).map_err(|e| one(&e))?
    };
    let words = |found: Vec<baqylau_xlsform::Finding>| found.iter().map(ToString::to_string).collect::<Vec<_>>();
    let compiled = baqylau_xlsform::compile(&workbook, codes, places).map_err(words)?;
    warnings.extend(compiled.warnings.iter().map(ToString::to_string));
    if compiled.definition.id != id {
        return Err(vec![format!(
            "checklists/{id}: form_id is {:?}; it must be the folder's name",
            compiled.definition.id
        )]);
    }
    Ok(compiled.definition)
}

/// A question names the figures it feeds: they must exist.
pub(super) fn named_figures(checklists: &[Definition], figures: &[CompiledFigure], faults: &mut Vec<String>) {
    if figures.is_empty() {
        return;
    }
    for definition in checklists {
        for item in &definition.items {
            for id in item.figures.iter().filter(|id| !figures.iter().any(|f| f.figure.id == **id)) {
                faults.push(format!(
                    "checklist {}, question {}: figures.csv has no figure {id:?}",
                    definition.id, item.name
                ));
            }
        }
    }
}
