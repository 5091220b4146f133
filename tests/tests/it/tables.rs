//! What other programs read: every accepted mission is exported, with the choices of all versions, and shares come out as on the page.

use crate::it::browser::Browser;
use crate::it::scripts::Spss;
use crate::it::support::{key, rows, set};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::export::Format;
use baqylau_observer::ObserverApp;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now};
use calamine::Reader;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SETTINGS: &str = r#"{"title": {"en": "T"}, "languages": [{"code": "en", "name": "English"}], "default_language": "en",
"time_zone": "Etc/GMT", "offset": "+00:00", "election_day": "2026-12-04", "starts": "2026-10-01", "ends": "2026-12-20",
"statement": "2026-12-06", "levels": [{"id": "country", "label": {"en": "Country"}}, {"id": "station", "label": {"en": "Station"}}],
"roles": [{"id": "obs", "label": {"en": "Observer"}}], "checklists": ["f"], "review_window_days": 5, "confirm_on_pull": true,
"unlisted_places": false}"#;
/// Questions that are called like the tables' own columns, like each other but for the case, and like what exports make of others.
const CLASHES: &str = "text,status,Status of the box,\ntext,place,Place in words,\ninteger,team,How many in the team?,\n\
    text,Age,A,\ntext,age,a,\ninteger,voters.missing,Voters who were missing,\ntext,no_place_for,No place for,\ntext,by,By whom,\ntext,document,A command of SPSS,\n\
    text,said,What was said,\nbegin_repeat,codebook,Rows,\ninteger,row,Row number,dk\nselect_one how,row_how,How was the row?,\nend_repeat,,,\n";
const FIRST: &str = "select_one how,how,How did it go?,dk np na\nselect_multiple seen,seen,Seen,dk\ntext,queue,How long was the queue?,dk np\n\
    integer,voters,Voters,dk np\ntext,gone,Removed later,\nselect_one how,kind,Kind,dk\n";
const SECOND: &str = "select_one how,how,How did it go?,dk np na\nselect_multiple seen,seen,Seen,dk\ninteger,queue,How long was the queue?,dk np\n\
    integer,voters,Voters,dk np\nselect_multiple how,kind,Kind,dk\ntext,added,New,\n\
    begin_repeat,moved,Rows,\ninteger,gone,Gone into the repeat,\nend_repeat,,,\n";
const FIGURES: &str = "id,checklist,unit,counts,of,base,per,published,value,tolerance,sentence::English (en)\n\
    stopped,f,percent,${how} = 'stopped',,answered,observation,,,,It was stopped in {value} per cent.\n\
    many,f,majority,${how} = 'good',,answered,observation,,,,Most went well.\n\
    hows,f,breakdown,${how},,answered,observation,,,,How it went: {value}.\n\
    n,f,count,true(),,all,observation,,,,\"{value, plural, one {# report} other {# reports}}.\"\n";

pub fn version(source: &Path, survey: &str, choices: &str, figures: &str) {
    let write = |name: &str, text: &str| {
        let path = source.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("writes");
    };
    write("mission.json", SETTINGS);
    write("figures.csv", figures);
    write("people.csv", "code,name,role,team,languages\np1,A,obs,T1,en\n");
    write(
        "places.csv",
        "code,level,parent,time_zone,number,label::English (en)\nxx,country,,+00:00,,X\ns1,station,xx,+00:00,1,One\n",
    );
    write(
        "checklists/f/settings.csv",
        "form_id,version,places,once,form_title::English (en)\nf,1,station none,free,f\n",
    );
    write("checklists/f/survey.csv", &format!("type,name,label::English (en),missing\n{survey}{CLASHES}"));
    write("checklists/f/choices.csv", &format!("list_name,name,label::English (en)\n{choices}"));
}

fn sign(core: &ObserverApp, answers: &[(&str, &str)]) {
    sign_rows(core, answers, &[("row_how", "bad")]);
}

fn sign_rows(core: &ObserverApp, answers: &[(&str, &str)], of_row: &[(&str, &str)]) {
    let visit = core.start_visit(Some("s1"), None).expect("a visit").code;
    let id = core.start_checklist(&visit, "f").expect("a draft").id;
    answers.iter().for_each(|(name, words)| set(core, id, name, words).expect("set"));
    core.add_row(id, key(core, id, "codebook")).expect("a row");
    for (name, words) in of_row {
        let row = rows(core, id).into_iter().find(|r| r.name == *name).expect("a question of the row").key;
        core.set(id, row, core.read_answer(id, row, words).expect("an answer")).expect("set");
    }
    core.finalise(id, Some("for a test".into())).expect("signed");
}

/// Reports under two versions of a checklist, and a folder with everything exported.
pub fn exported() -> (World, tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    let police = "seen,police,Police\nseen,army,Army\nseen,party,\"Party, with \"\"flags\"\"\"\n";
    // The first version has no such choice.
    let figures = FIGURES.replace("'stopped'", "'bad'");
    version(&source, FIRST, &format!("how,good,Good\nhow,bad,Bad\n{police}"), &figures);
    let mut world = World::new(&source);
    let invite = world.invite("p1");
    let core = world.enrolled("phone", &invite);
    let names =
        [("status", "sealed"), ("place", "school"), ("team", "2"), ("Age", "old"), ("age", "young"), ("by", "me")];
    sign(
        &core,
        &[&names[..], &[("how", "good"), ("seen", "police army"), ("queue", "twenty"), ("voters", "12")]].concat(),
    );
    sign(
        &core,
        &[("how", "?dk"), ("seen", "?dk"), ("voters", "?dk"), ("said", "one, \"two\"\nand 'three'"), ("kind", "bad")],
    );
    let lines = "a\rb\u{b}c\u{c}d\u{85}e\u{2028}f\u{2029}g\r\nh";
    sign(&core, &[("voters", "?np"), ("voters.missing", "3"), ("kind", "?dk"), ("queue", "?np"), ("said", lines)]);
    version(&source, SECOND, &format!("how,good,Went well\nhow,bad,Bad\nhow,stopped,Stopped\n{police}"), FIGURES);
    core.sync_now(BUDGET).expect("syncs");
    world.desk.build(PASSPHRASE, now(), 30).expect("builds");
    world.desk.publish().expect("publishes");
    core.sync_now(BUDGET).expect("syncs");
    sign(&core, &[("how", "stopped"), ("seen", "police"), ("queue", "7"), ("kind", "good stopped"), ("added", "y")]);
    sign(&core, &[("how", "good"), ("voters", "7")]);
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let out = folder.path().join("out");
    assert_eq!(world.desk.export(AnswerBasis::Effective, &out, false).expect("exports"), (5, 0));
    (world, folder, out)
}

pub fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn what_was_accepted_is_exported_whatever_its_questions_are_called() {
    let (world, _folder, out) = exported();
    let table = read(&out, "f.csv");
    let heads: Vec<&str> = table.lines().next().expect("heads").split(',').collect();
    for (question, column) in
        [("status", "status@2"), ("place", "place@2"), ("team", "team@2"), ("age", "age@2"), ("Age", "Age")]
    {
        assert!(heads.contains(&column), "{question}: {heads:?}");
    }
    let apart: BTreeSet<String> = heads.iter().map(|h| h.to_lowercase()).collect();
    assert_eq!(apart.len(), heads.len(), "each name once, letters' case aside");
    assert!(table.lines().nth(1).is_some_and(|l| l.contains("sealed") && l.contains("counted")), "{table}");
    // A repeat that is called like a file of the checklist's.
    assert!(read(&out, "f.codebook.csv").starts_with("column,label,value,meaning,question,spss"));
    let rows = read(&out, "f.codebook@2.csv");
    assert_eq!(rows.lines().next(), Some("report,row,status,internal,row@2,row_how"));
    assert!(rows.lines().count() == 6 && rows.lines().skip(1).all(|l| l.ends_with(",1,counted,0,,bad")), "{rows}");
    let report = table.lines().nth(1).and_then(|l| l.split(',').next()).expect("a report");
    assert!(rows.lines().nth(1).is_some_and(|l| l.starts_with(report)), "a row names its report: {rows}");
    // In every format, with a sheet for the repeat.
    let (tables, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let lines: Vec<_> = board.rows.iter().collect();
    let write = |stem, format| world.desk.exports().table(&tables, &lines, (stem, 0), AnswerBasis::Effective, format);
    for stem in ["f", "f.codebook@2"] {
        assert!(write(stem, Format::Parquet).expect("a table").starts_with(b"PAR1"));
        assert!(out.join(format!("{stem}.parquet")).exists());
    }
    let bytes = write("f", Format::Xlsx).expect("a workbook");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("it opens");
    assert_eq!(book.sheet_names(), ["answers", "codebook@2", "moved", "codebook"]);
    assert_eq!(book.worksheet_range("codebook@2").expect("rows").height(), 6);
    // And from the page.
    let browser = Browser::open(&world);
    let page = browser.page("/reports?checklist=f");
    assert!(page.contains("/export/f.codebook@2.csv") && page.contains("/export/f.xlsx"), "{page}");
    assert_eq!(browser.page("/export/f.codebook@2.csv?checklist=f"), rows);
    assert_eq!(browser.get("/export/f.nothing.csv").status, 404);
}

#[test]
fn scripts_know_the_choices_of_every_version_and_give_the_shares_of_the_page() {
    let (world, _folder, out) = exported();
    let figures = world.desk.figures(None, AnswerBasis::Effective).expect("figures");
    let many = figures.iter().find(|f| f.id == "many").expect("the figure");
    assert_eq!((many.count, many.base, many.do_not_know), (2, 3, 1));
    // A choice that did not exist then was not chosen: the base is that of whoever answered, here and in the scripts.
    let stopped = figures.iter().find(|f| f.id == "stopped").expect("the figure");
    assert_eq!((stopped.count, stopped.base, stopped.do_not_know, stopped.not_answered), (1, 3, 1, 1));
    let spss = Spss::run(&out, "f.sps");
    let share = |name: &str| spss.valid(name);
    assert_eq!(
        share("how"),
        [("Went well".to_owned(), 2), ("Stopped".to_owned(), 1)].into(),
        "2 of 3, as the page says"
    );
    // What an older version did not have as a number, or as one choice, stays what it was.
    assert_eq!(share("queue"), [("twenty".to_owned(), 1), ("7".to_owned(), 1)].into());
    assert_eq!(
        share("voters"),
        [("12".to_owned(), 1), ("7".to_owned(), 1)].into(),
        "do not know is no number of voters"
    );
    assert_eq!(
        spss.missing("voters"),
        [("Do not know".to_owned(), 1), ("Not permitted to see it".to_owned(), 1)].into()
    );
    assert_eq!(share("seen.police"), [("Yes".to_owned(), 2)].into());
    assert_eq!(share("seen.army"), [("Yes".to_owned(), 1), ("No".to_owned(), 1)].into());
    assert_eq!(spss.label("seen.party"), "Seen: Party, with \"flags\"");
    assert_eq!(
        share("kind.stopped"),
        [("Yes".to_owned(), 1), ("No".to_owned(), 1)].into(),
        "one choice became several"
    );
    assert_eq!(
        share("said"),
        [("one, \"two\" ⏎ and 'three'".to_owned(), 1), (["a", "b", "c", "d", "e", "f", "g", "h"].join(" ⏎ "), 1)]
            .into(),
        "a line break ends no case"
    );
    assert_eq!(read(&out, "f.spss.csv").lines().count(), 6, "a case a line");
    // What is missing is valid nowhere, also in the texts of what is no number in every version.
    let unknown = |n| BTreeMap::from([("Do not know".to_owned(), n)]);
    assert_eq!((spss.missing("seen"), spss.missing("kind")), (unknown(1), unknown(1)));
    assert_eq!(spss.missing("queue"), [("Not permitted to see it".to_owned(), 1)].into());
    assert_eq!(share("seen"), [("Police; Army".to_owned(), 1), ("Police".to_owned(), 1)].into());
    assert_eq!(share("kind"), [("Bad".to_owned(), 1), ("Went well; Stopped".to_owned(), 1)].into());
    assert_eq!(share("@by"), [("me".to_owned(), 1)].into(), "a word of the language is no name");
    let rows = Spss::run(&out, "f.codebook@2.sps");
    assert_eq!(rows.valid("row_how"), [("Bad".to_owned(), 5)].into());
    // R has the same choices, missing values apart from them, and why beside.
    let r = read(&out, "f.R");
    let list = "lists[[\"how\"]] <- list(values = c(\"good\", \"bad\", \"stopped\"), labels = c(\"Went well\", \"Bad\", \"Stopped\"))";
    assert!(r.contains(list) && r.contains("data[[\"how\"]] <- one(data[[\"how\"]], lists[[\"how\"]])"), "{r}");
    assert!(
        r.contains("data[[\"voters.missing@2\"]] <- why(data[[\"voters\"]])"),
        "beside a question of that name: {r}"
    );
    assert!(r.contains("data[[\"seen.army\"]] <- has(data[[\"seen\"]], \"army\")"), "{r}");
    assert!(!r.contains("number(data[[\"queue\"]])"), "{r}");
    let codebook = read(&out, "f.codebook.csv");
    for row in [
        "how,How did it go?,,,how,how,how",
        ",,stopped,Stopped,,3,how",
        "seen.army,Seen: Army,,,seen,seen.army,",
        ",,army,Army,,,seen",
        "voters,,?dk,Do not know,voters,-9999999999997,",
        "voters.missing@2,Voters: why it is missing,,,voters,,",
        "seen,,?dk,Do not know,seen,-9999999999997,",
        "queue,,?np,Not permitted to see it,queue,?np,",
    ] {
        assert!(codebook.lines().any(|l| l == row), "{row}: {codebook}");
    }
}

#[test]
fn a_name_in_and_out_of_a_repeat_is_two_questions() {
    let (_world, _folder, out) = exported();
    let codebook = |name: &str| read(&out, name).lines().filter(|l| l.starts_with("gone,")).collect::<String>();
    assert!(codebook("f.codebook.csv").starts_with("gone,Removed later,"));
    assert!(codebook("f.moved.codebook.csv").starts_with("gone,Gone into the repeat,"));
    assert!(!read(&out, "f.R").contains("number(data[[\"gone\"]])"));
    assert!(read(&out, "f.moved.R").contains("number(data[[\"gone\"]])"));
}

/// What a program says of a folder; nothing where it is not installed.
pub fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let ran = match std::process::Command::new(program).args(arguments).current_dir(folder).output() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
        ran => ran.expect("it runs"),
    };
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    Some(said)
}

/// A checklist whose questions, as many of one choice as of several, share a list; with one report that is exported.
fn shared(questions: usize, choices: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    let survey: String = (0..questions)
        .map(|n| format!("select_one how,one{n},One {n},dk\nselect_multiple how,several{n},Several {n},dk\n"))
        .collect();
    let choices: String = (0..choices).map(|n| format!("how,c{n},Label {n:05}\n")).collect();
    version(
        &source,
        &survey,
        &choices,
        "id,checklist,unit,counts,of,base,per,published,value,tolerance,sentence::English (en)\n",
    );
    let mut world = World::new(&source);
    let invite = world.invite("p1");
    let core = world.enrolled("phone", &invite);
    let row = [("row_how", "c0")];
    sign_rows(&core, &[("one0", "c60"), ("one1", "?dk"), ("several0", "c1 c70"), ("several1", "?dk")], &row);
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let out = folder.path().join("out");
    assert_eq!(world.desk.export(AnswerBasis::Effective, &out, false).expect("exports"), (1, 0));
    (folder, out)
}

#[test]
fn an_export_grows_with_lists_and_questions_and_not_with_their_product() {
    let (_few_folder, few) = shared(5, 400);
    let (_many_folder, many) = shared(30, 400);
    for (file, once) in [("f.codebook.csv", 1), ("f.R", 1), ("f.sps", 1)] {
        let [small, large] = [&few, &many].map(|out| read(out, file));
        // A choice that nobody chose is said once, one that was chosen among several also in the label of its variable.
        assert_eq!(small.matches("Label 00300").count(), once, "{file}");
        assert_eq!(large.matches("Label 00300").count(), once, "{file}");
        assert!(large.matches("Label 00070").count() <= 3, "{file}");
        assert!(large.len() < small.len() + 50 * 1500, "{file}: {} and {}", small.len(), large.len());
    }
    let parquet = |out: &Path| std::fs::metadata(out.join("f.parquet")).expect("a table").len();
    assert!(parquet(&many) < parquet(&few) + 50 * 1500);
    // R and PSPP themselves, where they are.
    let script = "d <- source(\"f.R\", encoding = \"UTF-8\")$value
        cat(as.character(d$one0), as.character(d$one1.missing), nlevels(d$one29), d[[\"several0.c70\"]], sum(grepl(\"^several0[.]c\", names(d))))";
    if let Some(said) = run(&many, "Rscript", &["-e", script]) {
        assert_eq!(said, "Label 00060 Do not know 400 TRUE 2");
    }
    let check = "INSERT FILE='f.sps'.\nFREQUENCIES VARIABLES=one0 one1 several0.c70.\n";
    std::fs::write(many.join("check.sps"), check).expect("writes");
    if let Some(said) = run(&many, "pspp", &["-O", "format=csv", "check.sps"]) {
        let begins = |with: &str| said.lines().any(|line| line.starts_with(with));
        assert!(begins("Valid,Label 00060,1,") && begins("Missing,Do not know,1,") && begins("Valid,Yes,1,"), "{said}");
    }
}

#[test]
fn an_answer_of_choices_that_is_longer_than_a_text_of_spss_loses_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    let name = |n: usize| format!("c{n:03}{}", "x".repeat(56));
    let choices: String = (0..700).map(|n| format!("how,{},Label {n}\n", name(n))).collect();
    let figures = "id,checklist,unit,counts,of,base,per,published,value,tolerance,sentence::English (en)\n";
    version(&source, "select_multiple how,all,All,dk\nselect_multiple how,last,Last,dk\n", &choices, figures);
    let mut world = World::new(&source);
    let invite = world.invite("p1");
    let core = world.enrolled("phone", &invite);
    let all = (0..699).map(name).collect::<Vec<_>>().join(" ");
    sign_rows(&core, &[("all", &all), ("last", &name(699))], &[("row_how", &name(0))]);
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let out = folder.path().join("out");
    world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    let check = "INSERT FILE='f.sps'.\nFREQUENCIES VARIABLES=";
    let sps = read(&out, "f.sps");
    let variable = |n: usize| {
        let at = sps.find(&format!("' {} '", name(n))).expect("a variable of the choice");
        sps[..at].rsplit("MISSING(").next().and_then(|v| v.split(')').next()).expect("its name").to_owned()
    };
    let [first, last] = [variable(0), variable(698)];
    std::fs::write(out.join("check.sps"), format!("{check}{first} {last}.\n")).expect("writes");
    if let Some(said) = run(&out, "pspp", &["-O", "format=csv", "check.sps"]) {
        assert_eq!(said.lines().filter(|line| line.starts_with("Valid,Yes,1,")).count(), 2, "{said}");
    }
}
