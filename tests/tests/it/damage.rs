//! One thing is damaged, and everything else goes on: an object at the server, or a page of the desk's store.

use crate::it::support::{copy, report};
use baqylau_desk::Desk;
use baqylau_desk::adjudication::status::{AnswerBasis, Status};
use baqylau_desk::faults::{Contradiction, Unverifiable};
use baqylau_desk::workspace::keys::{self, DeskKeys};
use baqylau_tests::{BUDGET, PASSPHRASE, World, now, tables};
use strum::VariantArray;

/// Turns a bit of an object in the server's database, as a disk would.
pub fn flip(world: &mut World, index: i64) {
    world.stop_server();
    let db = rusqlite::Connection::open(world.server_folder().join("server.db")).expect("opens");
    db.execute_batch("DROP TRIGGER IF EXISTS log_is_immutable").expect("a disk asks nobody");
    let select = "SELECT object FROM log WHERE idx = ?1";
    let mut object: Vec<u8> = db.query_row(select, [index], |r| r.get(0)).expect("the object");
    object[100] ^= 0x10;
    db.execute("UPDATE log SET object = ?2 WHERE idx = ?1", rusqlite::params![index, object]).expect("damaged");
    drop(db);
    world.start_server();
}

fn statuses(world: &World) -> Vec<&'static str> {
    let reports = baqylau_tests::reports(&world.desk);
    reports.iter().map(|r| r.status.name()).collect()
}

#[test]
fn one_damaged_object_cuts_no_desk_off() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let (one, two) = (world.invite("p001"), world.invite("p003"));
    // The desk enrols with its first pull; then come the phones.
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (one, two) = (world.enrolled("one", &one), world.enrolled("two", &two));
    for core in [&one, &two] {
        (0..3).for_each(|n| report(core, &"x".repeat(n + 1)));
        assert_eq!(core.sync_now(BUDGET).expect("syncs").delivered, 3);
    }
    // The desk and its register, two enrolments, three reports of the first phone, three of the second: its second report.
    flip(&mut world, 8);
    let pulled = world.desk.pull(now(), &|_| ()).expect("everything else comes");
    let [gap] = &pulled.gaps[..] else { panic!("{:?}", pulled.gaps) };
    assert_eq!((gap.index, gap.seq), (8, 2));
    let words = gap.to_string();
    assert!(
        words.contains("object 8") && words.contains(&gap.device.to_string()) && words.contains("again"),
        "{words}"
    );
    assert_eq!(statuses(&world), ["counted"; 5]);
    // It is told again as long as it is so, nothing is pulled twice, and new reports come.
    report(&one, "xxxx");
    one.sync_now(BUDGET).expect("syncs");
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.objects, pulled.gaps.len(), pulled.filled), (1, 1, 0));
    let (_, faults) = world.desk.verify_all().expect("verifies");
    assert_eq!(faults.iter().map(|f| f.0).collect::<Vec<_>>(), [8]);
    // A salvage of the desk's store keeps what is here behind the gap; what the desk decided of both phones is among it.
    let copied = world.folder.path().join("copied");
    copy(&world.desk.workspace.folder, &copied);
    assert_eq!(baqylau_desk::recovery::salvage(&copied, PASSPHRASE).expect("salvaged").kept, 12);
    // The phone hears that the desk lacks it and sends it again, or everything where it is asked to: the server takes the bytes that it
    // lost, and the desk fills the gap.
    assert_eq!(two.sync_now(BUDGET).expect("syncs").delivered, 1, "by itself");
    assert_eq!(two.sync_again(BUDGET).expect("syncs").delivered, 3);
    let summary = two.summary().expect("a summary");
    assert_eq!((summary.read, summary.missing, summary.waiting), (2, 1, 0), "until the desk says that it has it");
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.filled, pulled.gaps.len(), pulled.opened), (1, 0, 1));
    assert_eq!(statuses(&world), ["counted"; 7]);
    two.sync_now(BUDGET).expect("syncs");
    assert!(two.summary().expect("a summary").all_safe());
    let (good, faults) = world.desk.verify_all().expect("verifies");
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(good, 8, "with the register");
}

#[test]
fn a_desk_hands_back_what_is_damaged_at_the_server() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.desk.records().message(&[], "Stay still.", now()).expect("written");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let mut second = world.another_desk("second desk");
    // The desk, its register and the phone; then the phone's report, and the desk's last letter.
    let last = i64::try_from(world.desk.store.cursor().expect("a cursor")).expect("few") - 1;
    flip(&mut world, 3);
    flip(&mut world, last);
    let pulled = second.pull(now(), &|_| ()).expect("everything else comes");
    let words: Vec<String> = pulled.gaps.iter().map(ToString::to_string).collect();
    assert!(words.len() == 2 && words.iter().all(|w| w.contains("desk pull --again")), "{words:?}");
    assert!(
        words[0].contains("observe sync --again") && !words[1].contains("phone"),
        "of a desk no phone is named: {words:?}"
    );
    assert_eq!(world.desk.hand_back().expect("handed back"), usize::try_from(last).expect("few") + 1);
    let pulled = second.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.filled, pulled.gaps.len()), (2, 0));
    assert_eq!(baqylau_tests::reports(&second).len(), 1);
}

#[test]
fn why_an_envelope_does_not_verify_is_kept_by_its_code_and_words_of_an_earlier_version_reach_nobody() {
    for why in Unverifiable::VARIANTS {
        assert_eq!(why.code().parse(), Ok(*why));
    }
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    flip(&mut world, 2);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let status = |desk: &Desk| baqylau_tests::reports(desk)[0].status.clone();
    assert_eq!(status(&world.desk), Status::Unverifiable(Unverifiable::NotEnrolled));
    let folder = world.desk.workspace.folder.clone();
    let keys: DeskKeys = keys::read(&folder.join("keys/desk.key"), PASSPHRASE).expect("the keys");
    let db = baqylau_sqlite::open(&folder.join("desk.db"), Some(&keys.database), baqylau_desk::store::SCHEMA);
    let words = "UPDATE envelope SET refused = 'its device was not enrolled before it' WHERE kind IS NULL";
    assert_eq!(db.expect("opens").execute(words, []).expect("as it was kept before"), 1);
    assert_eq!(status(&Desk::open(&folder, PASSPHRASE).expect("opens")), Status::Unverifiable(Unverifiable::Earlier));
}

#[test]
fn a_damaged_enrolment_comes_again_and_opens_what_waited_for_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let core = world.enrolled("phone", &invite);
    report(&core, "one");
    core.sync_now(BUDGET).expect("syncs");
    flip(&mut world, 2);
    let mut index = baqylau_desk::index::ReportIndex::new(std::sync::Arc::new(world.desk.source().expect("tables")));
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.gaps.len(), pulled.refused), (1, 1), "nobody vouches for its report yet");
    index.advance(world.desk.verified()).expect("looks");
    // The server no longer knows the phone: it enrols again by itself.
    report(&core, "two");
    core.sync_now(BUDGET).expect("syncs");
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert_eq!((pulled.filled, pulled.gaps.len(), pulled.confirmed), (1, 0, 1));
    assert_eq!(statuses(&world), ["counted"; 2]);
    index.advance(world.desk.verified()).expect("looks");
    let reports = index.table(world.desk.verified(), AnswerBasis::Effective, None).expect("a board");
    assert_eq!(reports.counted().0, 2, "a page that was open sees it too");
}

#[test]
fn a_server_that_goes_back_leaves_the_head_that_proves_it() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    world.stop_server();
    let earlier = world.folder.path().join("earlier");
    copy(&world.server_folder(), &earlier);
    world.start_server();
    report(&core, "first");
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let hash = baqylau_tests::reports(&world.desk)[0].summary.meta.hash;
    let good = world.desk.heads().last().expect("a store").expect("a head");
    world.stop_server();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(world.server_folder().join(format!("server.db{suffix}")));
    }
    copy(&earlier, &world.server_folder());
    world.start_server();
    let told = world.desk.pull(now(), &|_| ()).expect_err("it went back").to_string();
    assert!(told.contains("it went back"), "{told}");
    assert_eq!(world.desk.heads().last().expect("a store"), Some(good), "the good head stays");
    world.desk.prover().prove(hash).expect("and the log here still verifies");
    let evidence = world.desk.store.evidence().expect("a store");
    assert!(evidence.iter().any(|e| matches!(e.why, Contradiction::WentBack { .. })), "{evidence:?}");
}

#[test]
fn a_store_that_fails_is_an_error_and_no_status_of_a_report() {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (0..8).for_each(|n| report(&core, &"x".repeat(n + 1)));
    core.sync_now(BUDGET).expect("syncs");
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let folder = world.desk.workspace.folder.clone();
    let spare = tempfile::tempdir().expect("a folder");
    let address = ["https://127.0.0.1:1".to_owned()];
    let other =
        Desk::new(&spare.path().join("m"), &tables("kazakhstan-2023"), &address, PASSPHRASE).expect("a mission");
    drop(std::mem::replace(&mut world.desk, other));
    let whole = std::fs::read(folder.join("desk.db")).expect("a store");
    let copied = world.folder.path().join("copy");
    copy(&folder, &copied);
    let mut told = 0;
    for part in 1..16 {
        let mut damaged = whole.clone();
        let at = damaged.len() / 4096 * part / 16 * 4096 + 2048;
        damaged[at] ^= 1;
        std::fs::write(copied.join("desk.db"), damaged).expect("writes");
        let read = Desk::open(&copied, PASSPHRASE).and_then(|desk| desk.report_table(None, AnswerBasis::Effective));
        match read {
            Ok((_, table)) => {
                let all = table.rows.len() == 8 && table.rows.iter().all(|r| r.status == Status::Counted);
                assert!(all, "part {part}: nothing is misread");
            }
            Err(e) => {
                told += 1;
                assert!(e.to_string().contains("salvage"), "part {part}: {e}");
            }
        }
    }
    assert!(told > 3, "most of the store is the bundle, and what it holds is needed: {told}");
}
