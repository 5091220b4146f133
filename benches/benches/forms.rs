//! The form engine. References, measured on a similar machine: JavaRosa needs 28/52/128 ms until a visit of
//! 60/300/1,000 questions is ready, and 22 to 40 µs per answer; pyxform 117/297/877 ms to compile; xforms-engine 4 to 8
//! ms to refilter 300 stations.

use baqylau_benches::{compile, form, places, write_checklist};
use baqylau_desk::tables::MissionTables;
use baqylau_forms::expr::{Chance, Environment};
use baqylau_forms::fill::{CellKey, Filling, VisitFacts};
use baqylau_forms::value::{Answer, Moment};
use baqylau_forms::{Form, Places};
use baqylau_tests::tables;
use divan::{Bencher, black_box};
use std::fmt::Write;
use std::sync::Arc;

fn main() {
    divan::main();
}

const ENVIRONMENT: Environment =
    Environment { now: Moment { ms: 1_679_200_000_000, offset: 360 }, language: 0, chance: Chance::NONE };

fn json(questions: usize, places: &Arc<Places>) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("folder");
    write_checklist(folder.path(), questions);
    serde_json::to_vec(&compile(folder.path(), places)).expect("encodes")
}

/// From the bytes of a verified definition to a visit with its first section.
#[divan::bench(args = [60, 300, 1000])]
fn definition_to_ready_visit(bencher: Bencher, questions: usize) {
    let places = places();
    let bytes = json(questions, &places);
    bencher.bench(|| {
        let definition = serde_json::from_slice(&bytes).expect("reads");
        let form = Arc::new(Form::compile(definition, places.clone()).expect("compiles"));
        let mut filling = Filling::new(form, VisitFacts::default(), ENVIRONMENT);
        black_box(filling.open_section(0))
    });
}

/// From XLSForm sheets to a checked definition.
#[divan::bench(args = [60, 300, 1000])]
fn compile_xlsform(bencher: Bencher, questions: usize) {
    let places = places();
    let folder = tempfile::tempdir().expect("folder");
    write_checklist(folder.path(), questions);
    bencher.bench(|| black_box(compile(folder.path(), &places)));
}

fn filling(survey: &str) -> Filling {
    Filling::new(form(survey, &places()), VisitFacts::default(), ENVIRONMENT)
}

const HEAD: &str = "type,name,label,relevant,constraint,calculation,choice_filter,repeat_count\n";

/// Sets an answer with a constraint and three dependents, in checklists of any length.
#[divan::bench(args = [60, 300, 1000])]
fn set_one_answer_of_fan_out_3(bencher: Bencher, questions: usize) {
    let mut survey = format!("{HEAD}begin_group,g,G,,,,,\ninteger,n,N,,. <= 3000,,,\n");
    survey += "integer,a,A,,. <= ${n},,,\ninteger,b,B,${n} > 0,,,,\ncalculate,c,,,,${n} * 2,,\n";
    for i in 0..questions {
        let _ = writeln!(survey, "integer,q{i},Q,,. >= 0,,,");
    }
    let mut filling = filling(&(survey + "end_group,,,,,,,\n"));
    filling.open_section(0);
    let key = filling.key("n").expect("n");
    let mut n = 0;
    bencher.bench_local(|| {
        n = n % 2000 + 1;
        black_box(filling.set(key, Answer::Integer(n)).expect("sets"));
        filling.take_mutations().len()
    });
}

/// Sets an answer that shows or hides a group of 1,000 questions; divide by 1,000 for one dependent.
#[divan::bench]
fn gate_over_1000(bencher: Bencher) {
    let mut survey =
        format!("{HEAD}begin_group,s,S,,,,,\ninteger,n,N,,,,,\nend_group,,,,,,,\nbegin_group,g,G,${{n}} > 5,,,,\n");
    for i in 0..1000 {
        let _ = writeln!(survey, "integer,q{i},Q,,,,,");
    }
    let mut filling = filling(&(survey + "end_group,,,,,,,\n"));
    filling.open_section(1);
    let key = filling.key("n").expect("n");
    let mut n = 0;
    bencher.bench_local(|| {
        n = 10 - n;
        black_box(filling.set(key, Answer::Integer(n)).expect("sets"));
        filling.take_mutations().len()
    });
}

/// Sets an answer in a repeat of 200 rows whose sum is shown; divide by 200 for one row.
#[divan::bench]
fn sum_over_200_rows(bencher: Bencher) {
    let survey = format!(
        "{HEAD}begin_group,s,S,,,,,\nbegin_repeat,r,R,,,,,200\ninteger,v,V,,,,,\nend_repeat,,,,,,,\ncalculate,total,,,,sum(${{v}}),,\nend_group,,,,,,,\n"
    );
    let mut filling = filling(&survey);
    let keys: Vec<CellKey> = filling.shown_keys();
    let rows: Vec<CellKey> = keys.into_iter().filter(|k| k.row > 0).collect();
    for key in &rows {
        filling.set(*key, Answer::Integer(1)).expect("sets");
    }
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        black_box(filling.set(rows[100], Answer::Integer(n)).expect("sets"));
        filling.take_mutations().len()
    });
}

/// Chooses another region, and lists the first page of its stations out of 10,223.
#[divan::bench]
fn choose_a_region_and_refilter(bencher: Bencher) {
    let survey = format!(
        "{HEAD}begin_group,g,G,,,,,\nselect_one region,region,R,,,,,\nselect_one station,station,S,,,,region = ${{region}},\nend_group,,,,,,,\n"
    );
    let mut filling = filling(&survey);
    filling.open_section(0);
    let (region, station) = (filling.key("region").expect("region"), filling.key("station").expect("station"));
    let mut n = 0;
    bencher.bench_local(|| {
        n = (n + 1) % 20;
        filling.set(region, Answer::One(n)).expect("sets");
        black_box(filling.choices(station, "", 0, 50).len())
    });
}

/// Searches all 10,223 stations of a real mission: for a code, a word in most names, a letter, two words, and something
/// absent.
#[divan::bench(args = ["s09999", "мектеп", "а", "алматы 12", "nowhere"])]
fn search_10223_stations(bencher: Bencher, query: &str) {
    let source = MissionTables::read(&tables("kazakhstan-2023")).expect("the tables have no fault");
    let places = &source.places;
    let stations =
        (0..).map(|level| places.of_level(level)).find(|all| all.len() == 10_223).expect("stations").to_vec();
    bencher.bench(|| black_box(places.search(&stations, query, 0, 20).len()));
}
