//! The coordinators' page, asked as a browser asks it.

use crate::it::attachments::jpeg;
use crate::it::browser::{Browser, eventually, world};
use crate::it::support::{copy, draft, key, report, set};
use baqylau_desk::adjudication::status::{AnswerBasis, StatusKind};
use baqylau_desk::export::Format;
use baqylau_desk::index::filter::StatusFilter;
use baqylau_tests::{BUDGET, World, now, tables};
use calamine::Reader;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use strum::VariantArray;

#[test]
fn reports_come_in_live_and_lead_to_their_proof() {
    let (world, core) = world();
    let browser = Browser::open(&world);
    eventually(&browser, "/", "Last response from the server");
    let mut news = BufReader::new(TcpStream::connect(&browser.host).expect("connects"));
    let (host, cookie) = (&browser.host, &browser.cookie);
    write!(news.get_mut(), "GET /news?seen=0 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n").expect("asks");
    report(&core, "first");
    core.sync_now(BUDGET).expect("syncs");
    let told = news.lines().map_while(Result::ok).find(|line| line.starts_with("event: news"));
    assert!(told.is_some(), "who has the page open is told");
    let hash = core.reports().expect("reports")[0].hash.to_string();
    eventually(&browser, "/reports", &hash);
    let page = browser.page(&format!("/reports/{hash}"));
    assert!(page.contains("Campaign event") && page.contains(&hash) && page.contains("✓ counted"), "{page}");
    assert!(page.contains("first"), "why it was signed incomplete");
    assert_eq!(browser.get("/reports/0000").status, 404);
    assert_eq!(browser.get("/findings/none").status, 404);
}

#[test]
fn numbers_are_those_of_the_figures_and_lead_to_the_reports() {
    let (mut world, core) = world();
    for (participants, women) in [("10", "4"), ("30", "6")] {
        let draft = draft(&core, "campaign_event");
        set(&core, draft, "participants", participants).expect("set");
        set(&core, draft, "participants_women", women).expect("set");
        core.finalise(draft, Some("for a test".into())).expect("signed");
    }
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let figures = world.desk.figures(None, AnswerBasis::Effective).expect("figures");
    let figure = figures.iter().find(|f| f.id == "campaign.women_participants").expect("the figure");
    assert_eq!((figure.count, figure.base, figure.computed.as_str()), (10, 40, "0.250"));
    let browser = Browser::open(&world);
    let page = browser.page("/findings/campaign.women_participants");
    assert!(page.contains("<dd>10</dd>") && page.contains("<dd>40</dd>") && page.contains("25.0 %"), "{page}");
    assert!(page.contains("campaign events observed was 25 per cent."), "{page}");
    let behind = browser.page("/reports?behind=campaign.women_participants");
    assert!(behind.contains("Reports: 2"), "{behind}");
    let statement = browser.page("/statement");
    assert!(
        statement.contains(">10/40</a>") && statement.contains("64 to be checked before publishing"),
        "{statement}"
    );
    assert!(browser.page("/findings?lang=kk").contains("Нәтижелер"));
    assert!(browser.page("/findings?lang=ru&checklist=voting").contains("Результаты"));
    assert!(browser.page("/reports?q=nobody-wrote-this").contains("No report matches"));
    assert!(browser.page("/phones").contains("p001"));
    // What an address says that nothing is like is left out, and nothing fails.
    assert_eq!(browser.get("/reports?page=18446744073709551615&hour=99&within=%F0%9F%92%A9").status, 200);
}

#[test]
fn a_figure_that_no_report_says_anything_about_has_no_reports_in_every_language() {
    let (world, core) = world();
    let tables = baqylau_desk::tables::MissionTables::read(&tables("kazakhstan-2023")).expect("tables");
    let breakdown = tables.figures.iter().find(|f| f.figure.unit == baqylau_findings::Unit::Breakdown);
    let id = &breakdown.expect("a breakdown").figure.id;
    report(&core, "another checklist");
    core.sync_now(BUDGET).expect("syncs");
    let browser = Browser::open(&world);
    for (language, words) in [("en", "no reports"), ("ru", "нет отчётов"), ("kk", "есептер жоқ")] {
        for path in [format!("/findings/{id}"), "/findings".into(), "/statement".into(), "/statement.html".into()] {
            let page = browser.page(&format!("{path}?lang={language}"));
            assert!(page.contains(words) && !page.contains("NaN"), "{path} {language}: {page}");
        }
    }
}

#[test]
fn a_decision_is_signed_and_changes_what_counts_at_once() {
    let (mut world, core) = world();
    report(&core, "a mistake");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    let one = browser.first("/reports?status=counted");
    let ours = format!("http://{}", browser.host);
    let words = "decision=exclude&reason=the+place+was+another";
    for stranger in ["https://elsewhere.example", "http://127.0.0.1:1", "null"] {
        assert_eq!(browser.post(&format!("{one}/review"), stranger, words).status, 403, "{stranger}");
    }
    assert_eq!(
        browser.post(&format!("{one}/review"), &ours, "decision=exclude&reason=").status,
        422,
        "without a reason"
    );
    assert!(browser.page(&one).contains("✓ counted"), "nothing was done so far");
    let asked = "decision=ask&reason=How+many+were+there%3F";
    let refused = browser.post(&format!("{one}/review"), &ours, asked);
    assert!(refused.status == 422 && refused.body.contains("tick them"), "without a question: {}", refused.body);
    let asked = "decision=ask&reason=How+many+were+there%3F&question=participants";
    assert_eq!(browser.post(&format!("{one}/review"), &ours, asked).status, 303);
    core.sync_now(BUDGET).expect("syncs");
    let letter = core.letters().expect("letters").remove(0);
    assert_eq!((letter.text.as_str(), letter.questions.len()), ("How many were there?", 1), "it came to the phone");
    assert!(browser.page(&one).contains("How many were there?"), "and every desk sees that it was asked");
    assert!(browser.page("/reports?status=asked").contains(&one), "and finds what is not answered yet");
    for nothing in ["within=nowhere", "behind=nothing", "hour=late", "flag=odd", "used=actor%3Anobody"] {
        assert!(browser.page(&format!("/reports?{nothing}")).contains("Reports: 0"), "{nothing}");
    }
    assert_eq!(browser.post(&format!("{one}/review"), &ours, words).status, 303);
    let page = browser.page(&one);
    assert!(page.contains("excluded by a desk") && page.contains("the place was another"), "{page}");
    assert!(browser.page("/reports?status=not_counted").contains(&one));
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let reports = baqylau_tests::reports(&world.desk);
    assert_eq!(reports[0].status.name(), "excluded", "it is signed, and any desk sees it");
}

#[test]
fn a_status_in_a_url_is_one_of_those_that_there_are_or_matches_nothing() {
    for kind in StatusKind::VARIANTS {
        assert_eq!(StatusFilter::of(kind.name()), Some(StatusFilter::Is(*kind)));
    }
    assert_eq!(StatusFilter::of("Counted"), None);
    let (mut world, core) = world();
    report(&core, "a report");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    assert!(browser.page("/reports?status=counted").contains("Reports: 1"));
    for none in ["Counted", "revoked", "nonsense"] {
        assert!(browser.page(&format!("/reports?status={none}")).contains("Reports: 0"), "{none}");
    }
}

#[test]
fn a_statement_is_that_of_a_moment() {
    let (mut world, core) = world();
    report(&core, "for a test");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    let minute = |back: i64| {
        let local = baqylau_forms::value::Moment { ms: now() - back * 60_000, offset: 360 }.local().expect("a moment");
        local.format("%Y-%m-%dT%H:%M").to_string()
    };
    let set = |page: &str| page.split("<code>").nth(1).and_then(|t| t.split('<').next()).expect("a set").to_owned();
    let (before, after) = (format!("/statement?as_of={}", minute(2)), format!("/statement?as_of={}", minute(-2)));
    let (live, before, after) = (browser.page("/statement"), browser.page(&before), browser.page(&after));
    assert!(live.contains("Reports: 1") && after.contains("Reports: 1") && before.contains("Reports: 0"), "{before}");
    assert!(set(&live) == set(&after) && set(&live) != set(&before), "who has the same set has the same figures");
    let behind = browser.page(&format!("/reports?as_of={}", minute(2)));
    assert!(behind.contains("Reports: 0"), "{behind}");
    for (format, begins) in [("docx", "PK"), ("pdf", "%PDF-1.7"), ("html", "<!DOCTYPE html>")] {
        let document = browser.get(&format!("/statement.{format}?lang=kk&as_of={}", minute(-2)));
        assert!(document.status == 200 && document.body.starts_with(begins), "{format}: {}", document.head);
    }
    let page = browser.page(&format!("/statement.html?lang=kk&as_of={}", minute(-2)));
    assert!(page.contains("lang=\"kk\"") && page.contains(&set(&after)), "it says which reports it is of: {page}");
}

#[test]
fn a_photograph_is_shown_and_any_other_file_is_saved() {
    let (world, core) = world();
    let id = draft(&core, "incident");
    core.attach(id, key(&core, id, "photo"), "image/jpeg", &mut &jpeg(b"a picture")[..]).expect("attached");
    core.finalise(id, Some("for a test".into())).expect("signed");
    let complaint = draft(&core, "complaint");
    let page = b"<script>alert(1)</script>";
    core.attach(complaint, key(&core, complaint, "document"), "text/html", &mut &page[..]).expect("attached");
    core.finalise(complaint, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    let browser = Browser::open(&world);
    eventually(&browser, "/reports", "Reports: 2");
    let report = browser.first("/reports?checklist=incident");
    eventually(&browser, &report, "<img src=");
    let picture = browser.get(&format!("{report}/attachments/0"));
    assert!(picture.status == 200 && picture.head.contains("content-type: image/jpeg"), "{}", picture.head);
    assert_eq!(browser.get(&format!("{report}/attachments/1")).status, 404);
    let other = browser.first("/reports?checklist=complaint");
    eventually(&browser, &other, "/attachments/0");
    let file = browser.get(&format!("{other}/attachments/0"));
    assert!(file.head.contains("application/octet-stream") && file.head.contains("nosniff"), "{}", file.head);
}

#[test]
fn a_sample_gives_an_interval_and_no_sample_says_why_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    copy(&tables("kazakhstan-2023"), &source);
    let drawn = "place,stratum,population\ns00001,city,100\ns00002,city,100\ns00003,land,300\ns00004,land,300\n";
    std::fs::write(source.join("sample.csv"), drawn).expect("writes");
    let mut world = World::new(&source);
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    // The last one was not drawn, and counts in the figure alone.
    for (place, secrecy) in [("s00001", "no"), ("s00002", "yes"), ("s00003", "yes"), ("s00009", "no")] {
        let visit = core.start_visit(Some(place), None).expect("a visit").code;
        let id = core.start_checklist(&visit, "voting").expect("a draft").id;
        set(&core, id, "secrecy", secrecy).expect("set");
        core.finalise(id, Some("for a test".into())).expect("signed");
    }
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let figure = "/findings/voting.secrecy_not_ensured";
    let page = Browser::open(&world).page(figure);
    // 50 of 100 in the city, none of the one that answered for 150 on the land: 50 / (100 + 150).
    assert!(page.contains("<dd>20.0 %</dd>") && page.contains("<dd>3 (75 %)</dd>"), "{page}");
    // 50 of 100 in the city; the one that answered on the land speaks for 300, and for no error: 50 / (100 + 300).
    assert!(
        page.contains("<dd>12.5 %</dd>") && page.contains("the unknown ones resemble the others of their stratum"),
        "{page}"
    );
    assert!(page.contains("<dd>2</dd>") && page.contains(" – ") && !page.contains("No interval is shown"), "{page}");
    // A region is a domain; what chooses reports gives no estimate.
    let browser = Browser::open(&world);
    for (filter, estimated) in [("within=c001", true), ("within=c002", false), ("team=C01", false)] {
        let part = browser.page(&format!("{figure}?{filter}"));
        assert_eq!(part.contains("<dd>20.0 %</dd>") && part.contains("Stations drawn"), estimated, "{filter}: {part}");
    }
    // No interval stands without the estimate that it is of.
    for statement in ["/statement", "/statement.html"] {
        let page = browser.page(statement);
        assert!(page.contains(" [Estimate: 20.0 %; 95 % interval: "), "{statement}: {page}");
    }
    let (without, _core) = self::world();
    assert!(Browser::open(&without).page(figure).contains("No interval is shown"));
}

#[test]
fn a_team_that_is_not_heard_from_in_time_is_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("tables");
    copy(&tables("kazakhstan-2023"), &source);
    let due = baqylau_forms::value::Moment { ms: now() - 40 * 60_000, offset: 360 }.local().expect("a moment");
    let settings = std::fs::read_to_string(source.join("mission.json")).expect("settings");
    let today = format!("\"election_day\": \"{}\"", due.format("%Y-%m-%d"));
    let settings = settings.replace("\"election_day\": \"2023-03-19\"", &today);
    let settings =
        settings.replace("\"09:00\", \"13:00\", \"17:00\", \"21:00\"", &format!("\"{}\"", due.format("%H:%M")));
    std::fs::write(source.join("mission.json"), settings).expect("writes");
    let mut world = World::new(&source);
    let (first, second) = (world.invite("p001"), world.invite("p050"));
    let (first, second) = (world.enrolled("first", &first), world.enrolled("second", &second));
    let browser = Browser::open(&world);
    let page = eventually(&browser, "/phones", "Teams not heard from, due");
    let (_, said) = page.split_once("Teams not heard from, due").expect("the alarm");
    let all = said.split(['(', ')']).nth(1).and_then(|n| n.parse::<usize>().ok()).expect("a number");
    for (core, left) in [(&first, all - 1), (&second, all - 2)] {
        report(core, "for a test");
        core.sync_now(BUDGET).expect("syncs");
        eventually(&browser, "/statement", &format!("({left}):"));
    }
}

/// The same cells as the table, texts as texts; and what they mean beside them.
fn workbook(world: &World, table: &str) {
    let (tables, board) = world.desk.report_table(None, AnswerBasis::Effective).expect("a board");
    let lines: Vec<_> = board.rows.iter().collect();
    let bytes = world
        .desk
        .exports()
        .table(&tables, &lines, ("incident", 1), AnswerBasis::Effective, Format::Xlsx)
        .expect("a workbook");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("it opens");
    let sheet = book.worksheet_range("answers").expect("answers");
    let heads = sheet.rows().next().expect("heads").iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(heads.join(","), table.lines().next().expect("heads"));
    let evil = calamine::Data::String("=HYPERLINK(\"http://evil.example\")".into());
    assert!(sheet.rows().any(|row| row.contains(&evil)), "a text, not a formula");
    assert!(book.worksheet_formula("answers").expect("formulas").is_empty());
    let codes = book.worksheet_range("codebook").expect("a codebook");
    let says = |cell: &str| codes.rows().any(|row| row.iter().any(|c| *c == calamine::Data::String(cell.into())));
    assert!(says("severity") && says("Қаншалықты ауыр?") && says("?dk"), "{codes:?}");
}

#[test]
fn nothing_that_a_report_says_is_run_and_no_other_site_is_let_in() {
    let (mut world, core) = world();
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}desrever";
    report(&core, hostile);
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let browser = Browser::open(&world);
    let one = browser.first("/reports");
    let answer = browser.get(&one);
    assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<img"), "{}", answer.body);
    assert!(answer.body.contains("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;"), "{}", answer.body);
    let policy = answer.head.lines().find(|l| l.starts_with("content-security-policy: ")).expect("a policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(!answer.body.contains("http://") && !answer.body.contains("https://"), "nothing is asked of anybody else");
    let draft = draft(&core, "incident");
    set(&core, draft, "what", "=HYPERLINK(\"http://evil.example\")").expect("set");
    core.finalise(draft, Some("for a test".into())).expect("signed");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    eventually(&browser, "/reports?checklist=incident", "Reports: 1");
    let table = browser.get("/export/incident.csv?checklist=incident&status=counted");
    assert!(table.body.contains("'=HYPERLINK"), "{}", table.body);
    assert_eq!(table.body.lines().count(), 2, "a head and a report");
    workbook(&world, &table.body);
    assert_eq!(browser.get("/export/incident.xlsx?checklist=incident").status, 200);
    let all = browser.get("/export/all.zip?checklist=incident");
    assert!(all.status == 200 && all.body.starts_with("PK"), "{}", all.head);
    for name in
        ["incident.csv", "incident.parquet", "incident.codebook.csv", "incident.R", "incident.sps", "people.csv"]
    {
        assert!(all.body.contains(name), "{name}");
    }
    assert!(!all.body.contains("meeting.csv"), "only what the filters let through");
    assert_eq!(browser.get("/export/all.csv").status, 404);
    assert_eq!(browser.get("/export/incident.doc").status, 404);
    assert_eq!(browser.get("/export/elsewhere.csv").status, 404);
    let searched = browser.page("/reports?q=%22%3E%3Cscript%3Ealert(3)%3C/script%3E");
    assert!(!searched.contains("<script>alert"), "{searched}");
    for host in ["evil.example", "localhost:1", "127.0.0.1"] {
        assert_eq!(browser.ask("GET /", host, "", "").status, 403, "{host}");
    }
}
