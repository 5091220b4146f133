//! Shared by the benchmarks: checklists of any size, and a stopwatch. Every result is printed beside a reference from
//! the same run.

pub mod many;

use baqylau_forms::definition::Text;
use baqylau_forms::places::{Level, Place, PlaceTable};
use baqylau_forms::{Definition, Form, Places, Zone};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Places of a large mission: 20 regions with 10,223 polling stations.
#[must_use]
pub fn places() -> Arc<Places> {
    let level = |id: &str| Level { id: id.into(), label: Text(vec![id.into()]) };
    let place = |code: String, level, parent| Place {
        number: code.as_str().into(),
        code: code.as_str().into(),
        level,
        parent,
        label: Text::default(),
        zone: 0,
        cells: Vec::new(),
    };
    let mut list: Vec<Place> = (0..20).map(|r| place(format!("r{r}"), 0, None)).collect();
    list.extend((0..10_223u32).map(|s| place(format!("s{s}"), 1, Some(s * 20 / 10_223))));
    let table = PlaceTable {
        levels: vec![level("region"), level("station")],
        columns: Vec::new(),
        zones: vec![Zone::fixed(300)],
        places: list,
    };
    Arc::new(Places::new(table).expect("the table is well formed"))
}

/// Writes the three sheets of a checklist with this many questions, in the usual mixture: choices, numbers, texts,
/// calculations.
///
/// # Panics
/// If a file cannot be written.
pub fn write_checklist(folder: &Path, questions: usize) {
    let mut survey = "type,name,label,relevant,constraint,calculation,missing,choice_filter,required\n".to_owned();
    for n in 0..questions {
        if n % 20 == 0 {
            let end = if n > 0 { "end_group,,,,,,,,\n" } else { "" };
            let _ = writeln!(survey, "{end}begin_group,g{n},Section {n},,,,,,");
        }
        let before = n.saturating_sub(1);
        let row = match n % 5 {
            0 => format!("select_one yn,q{n},Question {n}?,,,,dk,,yes"),
            1 => format!("integer,q{n},How many {n}?,${{q{before}}} = 'yes',. >= 0 and . <= 3000,,dk np,,"),
            2 => format!("text,q{n},Describe {n},${{q{before}}} > 5,,,,,"),
            3 => format!("select_multiple party,q{n},Which {n}?,,,,,,"),
            _ => format!("calculate,q{n},,,,\"if(selected(${{q{before}}}, 'a'), 1, 0)\",,,"),
        };
        let _ = writeln!(survey, "{row}");
    }
    survey += "end_group,,,,,,,,\n";
    let choices = "list_name,name,label\nyn,yes,Yes\nyn,no,No\nparty,a,A\nparty,b,B\nparty,c,C\nparty,d,D\n";
    let settings = "form_id,version,form_title,places,once\nbench,1,Bench,station none,visit\n";
    std::fs::create_dir_all(folder).expect("folder");
    std::fs::write(folder.join("survey.csv"), survey).expect("survey");
    std::fs::write(folder.join("choices.csv"), choices).expect("choices");
    std::fs::write(folder.join("settings.csv"), settings).expect("settings");
}

/// Compiles a checklist from the text of a survey sheet.
///
/// # Panics
/// If the survey has a fault.
#[must_use]
pub fn form(survey: &str, places: &Arc<Places>) -> Arc<Form> {
    let folder = tempfile::tempdir().expect("folder");
    write_checklist(folder.path(), 1);
    std::fs::write(folder.path().join("survey.csv"), survey).expect("survey");
    Arc::new(Form::compile(compile(folder.path(), places), places.clone()).expect("compiles"))
}

/// Compiles the XLSForm sheets in a folder to a definition.
///
/// # Panics
/// If a sheet has a fault.
#[must_use]
pub fn compile(folder: &Path, places: &Arc<Places>) -> Definition {
    let workbook = baqylau_xlsform::Workbook::from_csv(folder, None).expect("reads");
    baqylau_xlsform::compile(&workbook, &["en".to_owned()], places).expect("compiles").definition
}

/// Runs `f` once; returns its result and the time taken.
#[expect(clippy::disallowed_methods, reason = "a stopwatch")]
pub fn timed<T>(f: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let out = f();
    (out, start.elapsed())
}

/// The quantile `per_mille`/1000 of the durations, in microseconds. Sorts them.
#[must_use]
pub fn quantile(times: &mut [Duration], per_mille: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * per_mille / 1000).min(times.len().saturating_sub(1));
    times[at].as_secs_f64() * 1e6
}
