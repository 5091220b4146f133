//! A statement is published when as many desks as the mission asks for found the same figures, each from its own log.

use crate::it::browser::Browser;
use crate::it::support::{changed, one_report, report};
use baqylau_desk::adjudication::status::AnswerBasis;
use baqylau_desk::statement::{Difference, StatementFault, StatementReading};
use baqylau_desk::{Desk, DeskError};
use baqylau_observer::ObserverApp;
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::statement::{SignedStatement, StatedFigures, StatementError};
use baqylau_report::review::ReviewState;
use baqylau_tests::rogue::Rogue;
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, reports, tables};
use std::fs;
use std::path::Path;

fn ask_for(signers: u32, tables: &Path) {
    let path = tables.join("mission.json");
    let text = fs::read_to_string(&path).expect("the settings");
    let mut settings: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    settings["statement_signers"] = signers.into();
    fs::write(&path, settings.to_string()).expect("writes");
}

/// A mission that asks for two signatures, with two desks that pulled one report.
struct TwoDesks {
    world: World,
    second: Desk,
    phone: ObserverApp,
    tables: tempfile::TempDir,
}

impl TwoDesks {
    fn new() -> Self {
        let (world, phone, tables) = changed(|tables| ask_for(2, tables));
        let second = world.another_desk("second desk");
        let mut both = Self { world, second, phone, tables };
        both.send("one");
        both.pull();
        both
    }

    fn send(&self, words: &str) {
        report(&self.phone, words);
        self.phone.sync_now(BUDGET).expect("syncs");
    }

    /// What each sends, the other has then.
    fn pull(&mut self) {
        for _ in 0..2 {
            self.world.desk.pull(now(), &|_| ()).expect("pulls");
            self.second.pull(now(), &|_| ()).expect("pulls");
        }
    }

    fn made(&self) -> SignedStatement {
        self.world.desk.statements().make(now()).expect("made").0
    }
}

fn said(statement: &SignedStatement) -> String {
    StatementReading::of(statement).expect("it verifies").to_string()
}

/// The same figures with something changed in them, by whoever has the keys of a desk's folder.
fn forged(desk: &Desk, change: impl FnOnce(&mut StatedFigures)) -> SignedStatement {
    let verified = desk.statements().make(now()).expect("made").0.open().expect("verifies");
    let rogue = Rogue::with(&desk.workspace.keys(PASSPHRASE).expect("keys"), verified.manifest.clone());
    let mut figures = verified.figures;
    change(&mut figures);
    let manifest = desk.store.manifest().expect("a store").expect("a bundle");
    let mut statement = SignedStatement::propose(verified.root, manifest, verified.settings, &figures);
    rogue.sign_statement(&mut statement);
    statement
}

fn refused(desk: &Desk, mut statement: SignedStatement) -> StatementFault {
    let before = statement.clone();
    let fault = desk.statements().sign(&mut statement).expect_err("it is not signed");
    assert!(statement == before, "nothing was added");
    fault
}

#[test]
fn two_desks_that_find_the_same_publish_it() {
    let both = TwoDesks::new();
    let mut statement = both.made();
    assert_eq!(said(&statement), "draft: 1 of 2 signatures");
    let file = statement.encode();
    statement = SignedStatement::decode(&file).expect("a file");
    let reading = both.second.statements().sign(&mut statement).expect("the same");
    assert!(reading.is_published());
    assert_eq!(said(&statement), "published: 2 of 2 signatures");
    let results = &reading.verified.figures.results;
    assert_eq!(results.reports, [("counted".to_owned(), 1)]);
    let figures = both.world.desk.figures(None, AnswerBasis::Effective).expect("figures");
    let computed: Vec<(&str, &str)> = figures.iter().map(|f| (&*f.id, &*f.computed)).collect();
    assert_eq!(results.figures.iter().map(|f| (&*f.id, &*f.computed)).collect::<Vec<_>>(), computed);
    let twice = refused(&both.second, statement);
    assert!(matches!(twice, StatementFault::Twice { .. }), "{twice}");
}

#[test]
fn a_desk_computes_the_figures_of_the_statements_head_whatever_came_since() {
    let mut both = TwoDesks::new();
    let statement = both.made();
    let hash = reports(&both.world.desk)[0].summary.meta.hash;
    both.world.desk.records().review(hash, ReviewState::Excluded, "a reason", now()).expect("signed");
    both.send("two");
    let device = both.world.desk.devices(now()).expect("devices")[0].device;
    both.pull();
    both.world.desk.decisions().revoke(device, Some(1), now()).expect("signed");
    // Signed here, and in no log yet.
    both.second.decisions().revoke(device, Some(0), now()).expect("signed");
    let now_is = |desk: &Desk| desk.statements().make(now()).expect("made").0.open().expect("verifies").figures;
    assert_ne!(now_is(&both.second).results, statement.open().expect("verifies").figures.results);
    assert!(both.second.statements().sign(&mut statement.clone()).expect("as it was then").is_published());
    both.pull();
    assert!(both.second.statements().sign(&mut statement.clone()).expect("as it was then").is_published());
    assert!(both.second.statements().sign(&mut both.made()).expect("and they agree on what came").is_published());
}

#[test]
fn a_desk_with_a_shorter_log_is_told_to_pull_first() {
    let mut both = TwoDesks::new();
    both.send("two");
    both.world.desk.pull(now(), &|_| ()).expect("pulls");
    let mut statement = both.made();
    let short = refused(&both.second, statement.clone());
    assert!(matches!(short, StatementFault::Shorter { .. }) && short.to_string().contains("pull first"), "{short}");
    both.second.pull(now(), &|_| ()).expect("pulls");
    assert!(both.second.statements().sign(&mut statement).expect("the same").is_published());
}

#[test]
fn a_desk_that_lies_stays_alone_and_every_figure_that_differs_is_named() {
    let both = TwoDesks::new();
    let lie = forged(&both.world.desk, |figures| {
        figures.results.figures[3].computed = "99 %".into();
        figures.results.figures[3].count += 7;
        figures.results.reports = vec![("counted".into(), 8)];
    });
    assert_eq!(said(&lie), "draft: 1 of 2 signatures");
    let id = StatementReading::of(&lie).expect("verifies").verified.figures.results.figures[3].id.clone();
    let differs = refused(&both.second, lie);
    let StatementFault::Differs { differences, .. } = &differs else { panic!("{differs}") };
    assert_eq!(differences.len(), 2, "{differs}");
    let words = differs.to_string();
    assert!(words.contains("reports that are counted: 8 there, 1 here"), "{words}");
    assert!(
        words.contains(&format!("figure {id}: computed \"99 %\" there, ")) && words.contains("; count 7 there, 0 here"),
        "{words}"
    );
    // The same numbers from other reports are no less a lie.
    let quiet = forged(&both.world.desk, |figures| figures.results.fingerprint.0[0] ^= 1);
    let quiet = refused(&both.second, quiet);
    assert!(matches!(&quiet, StatementFault::Differs { differences, .. } if differences[..] == [Difference::Reading]));
    let elsewhere = forged(&both.world.desk, |figures| figures.root.0[0] ^= 1);
    assert!(matches!(refused(&both.second, elsewhere), StatementFault::OtherLog { .. }));
}

#[test]
fn no_desk_lowers_how_many_must_sign() {
    let both = TwoDesks::new();
    ask_for(1, &both.tables.path().join("tables"));
    assert_eq!(said(&both.made()), "draft: 1 of 2 signatures", "the root signed otherwise");
    let verified = both.made().open().expect("verifies");
    let manifest = both.world.desk.store.manifest().expect("a store").expect("a bundle");
    let lowered = String::from_utf8(verified.settings).expect("JSON").replace(",\"statement_signers\":2", "");
    let keys = both.second.workspace.keys(PASSPHRASE).expect("keys");
    let rogue = Rogue::with(&keys, verified.manifest);
    let figures = StatedFigures { desk: rogue.device(), ..verified.figures };
    let mut statement = SignedStatement::propose(verified.root, manifest, lowered.into(), &figures);
    rogue.sign_statement(&mut statement);
    assert_eq!(statement.open().expect_err("not those of the bundle"), StatementError::Changed);
}

#[test]
fn a_stolen_desk_that_was_ended_adds_nothing() {
    let mut both = TwoDesks::new();
    let mut published = both.made();
    both.second.statements().sign(&mut published).expect("the same");
    both.send("two");
    both.pull();
    let (desk, device) = (&both.world.desk, both.second.own().device());
    let at_the_end = both.second.statements().make(now()).expect("made").0;
    let later = desk.end_desk(device, None, PASSPHRASE, now()).expect("ended");
    desk.publish().expect("published");
    // What it signed before its end holds, and what it signs of the log at its end does not, under whichever bundle.
    StatementReading::of(&published).expect("verifies").verified.holds_under(&later).expect("from before");
    let kept = desk.statements().reports(&published).expect("from before, under the bundle before");
    assert!(kept.reading.is_published());
    let verified = at_the_end.open().expect("it names the bundle before");
    let size = verified.figures.size;
    assert_eq!(verified.holds_under(&later), Err(StatementError::Unlisted { desk: device, size }));
    let ended = refused(desk, at_the_end);
    assert!(
        matches!(&ended, StatementFault::File(StatementError::Unlisted { desk, .. }) if *desk == device),
        "{ended}"
    );
    let behind = refused(desk, published.clone());
    assert!(matches!(behind, StatementFault::OtherBundle { there, here } if there + 1 == here), "{behind}");
    // Whoever has its keys may have the new bundle too.
    let rogue = Rogue::with(&both.second.workspace.keys(PASSPHRASE).expect("keys"), later);
    let mut joined = both.made();
    rogue.sign_statement(&mut joined);
    assert_eq!(joined.open(), Err(StatementError::Unlisted { desk: device, size }));
    // The honest one still signs; it is a draft until another desk is there.
    assert_eq!(said(&both.made()), "draft: 1 of 2 signatures");
}

#[test]
fn strangers_readers_and_the_same_desk_twice_are_refused() {
    let both = TwoDesks::new();
    let folder = both.world.folder.path().join("reader");
    both.world.desk.add_reader(&folder, PASSPHRASE, now()).expect("a reader");
    both.world.desk.publish().expect("published");
    let mut reader = Desk::open(&folder, PASSPHRASE).expect("opens");
    reader.pull(now(), &|_| ()).expect("pulls");
    let cannot = reader.statements().make(now()).expect_err("refused");
    assert!(matches!(cannot, StatementFault::Desk(DeskError::Reader)), "{cannot}");
    let cannot = refused(&reader, both.made());
    assert!(matches!(cannot, StatementFault::Desk(DeskError::Reader)), "{cannot}");
    assert!(reader.statements().confirm(&both.made()).is_ok(), "it may find the same");

    let manifest = both.world.desk.manifest().expect("a bundle");
    let joined = |rogue: &Rogue| {
        let mut statement = both.made();
        rogue.sign_statement(&mut statement);
        statement.open().expect_err("it does not count")
    };
    let keys = |desk: &Desk| desk.workspace.keys(PASSPHRASE).expect("keys");
    let as_reader = Rogue::with(&keys(&reader), manifest.clone());
    assert_eq!(joined(&as_reader), StatementError::Reader { desk: reader.own().device() });
    let issuer = SigningKey::from_seed(keys(&both.world.desk).issuers[0]);
    let stranger = Rogue::desk(&issuer, manifest.clone());
    assert!(matches!(joined(&stranger), StatementError::Unlisted { .. }));
    let again = Rogue::with(&keys(&both.world.desk), manifest);
    assert_eq!(joined(&again), StatementError::Twice { desk: both.world.desk.own().device() });
    // Whoever signs for another is not the one that made it.
    let other = forged(&both.world.desk, |figures| figures.desk = both.second.own().device());
    assert_eq!(other.open(), Err(StatementError::Maker { desk: both.second.own().device() }));
    let (other, ..) = one_report();
    let foreign = refused(&other.desk, both.made());
    assert!(matches!(foreign, StatementFault::OtherMission { .. }), "{foreign}");
}

#[test]
fn exports_and_pages_say_that_they_are_a_draft_until_a_statement_goes_with_them() {
    let mut both = TwoDesks::new();
    let out = both.world.folder.path().join("out");
    let said = |name: &str| fs::read_to_string(out.join(name)).expect("a file");
    both.world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    assert!(said("statement.txt").starts_with("DRAFT: ") && said("statement.txt").contains("2 desks"));
    assert!(said("reports.sha256").contains("  statement.txt\n"));
    let browser = Browser::open(&both.world);
    for page in ["/statement", "/statement.html"] {
        assert!(browser.page(page).contains("Draft. Desks that must sign"), "{page}");
    }
    let mut statement = both.made();
    let draft = both.world.desk.statements().reports(&statement).err().expect("one signature");
    assert!(matches!(draft, StatementFault::Draft { .. }), "{draft}");
    both.second.statements().sign(&mut statement).expect("the same");
    both.send("two");
    both.pull();
    let published = both.world.desk.statements().reports(&statement).expect("published");
    let (written, _) = both.world.desk.exports().export_published(&published, &out, false).expect("exports");
    assert_eq!(written, 1, "what came since is no part of it");
    assert!(said("statement.txt").starts_with("published: 2 of 2 signatures\n"));
    assert_eq!(fs::read(out.join("statement.cbor")).expect("a file"), statement.encode());
}

#[test]
fn a_mission_that_asks_for_nothing_publishes_with_one_signature() {
    let (world, ..) = one_report();
    let (_, reading) = world.desk.statements().make(now()).expect("made");
    assert_eq!(reading.to_string(), "published: 1 of 1 signatures");
    let out = world.folder.path().join("out");
    world.desk.export(AnswerBasis::Effective, &out, false).expect("exports");
    assert!(!out.join("statement.txt").exists());
    assert!(!Browser::open(&world).page("/statement").contains("Draft. "));
}

#[test]
fn a_number_of_signatures_that_nobody_can_give_is_a_fault_of_the_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::it::support::copy(&tables("kazakhstan-2023"), folder.path());
    for signers in [0, 17] {
        ask_for(signers, folder.path());
        let fault = baqylau_desk::tables::MissionTables::read(folder.path()).err().expect("a fault").to_string();
        assert!(fault.contains(&format!("statement_signers is {signers}")) && fault.contains("1 to 16"), "{fault}");
    }
}
