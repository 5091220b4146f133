//! One errand of the desk at the server: one connection and one challenge, and no request lost on a connection that the server closed.

use crate::it::support::report;
use baqylau_desk::DeskError;
use baqylau_desk::faults::CallError;
use baqylau_protocol::wire::MAX_BATCH;
use baqylau_tests::lying::Lying;
use baqylau_tests::{BUDGET, World, now, tables};
use std::sync::{Arc, Mutex};

/// A world whose server keeps connections and notes what it is asked.
fn world() -> (World, Arc<Lying>, Arc<Mutex<Vec<String>>>) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let lying = world.lying();
    lying.keep_connections();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = asked.clone();
    lying.lie(move |what, _, _| {
        noted.lock().expect("notes").push(what.to_owned());
        None
    });
    (world, lying, asked)
}

fn count(asked: &Mutex<Vec<String>>, what: &str) -> usize {
    asked.lock().expect("notes").iter().filter(|asked| asked.starts_with(what)).count()
}

#[test]
fn a_pull_of_several_pages_makes_one_connection_and_asks_for_one_challenge() {
    let (mut world, lying, asked) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    // A letter is two objects: one for the phone, and one for the other desks.
    for n in 0..=MAX_BATCH / 2 {
        world.desk.records().message(&[], &format!("letter {n}"), now()).expect("written");
    }
    report(&core, "one");
    assert_eq!(core.sync_now(BUDGET).expect("no error").delivered, 1);
    asked.lock().expect("notes").clear();
    let before = lying.connections();
    let pulled = world.desk.pull(now(), &|_| ()).expect("pulls");
    assert!(pulled.objects > MAX_BATCH, "{} objects are more than a page", pulled.objects);
    assert!(count(&asked, "GET /v1/log") > 4, "pages before and behind what the desk sends: {:?}", asked.lock());
    assert_eq!(count(&asked, "GET /v1/challenge"), 1);
    assert_eq!(lying.connections() - before, 1);
}

/// The server closes the kept connection at every request in turn, after it took the request.
#[test]
fn a_request_that_is_lost_on_a_kept_connection_is_sent_once_more() {
    let (mut world, lying, _) = world();
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let (mut requests, mut signed) = (0, 0);
    for lost in 0.. {
        report(&core, &format!("reason {lost}"));
        signed += 1;
        core.sync_now(BUDGET).expect("no error");
        world.desk.records().message(&[], &format!("letter {lost}"), now()).expect("written");
        let asked = Arc::new(Mutex::new(0));
        let counted = asked.clone();
        lying.speak(move |_, _, _| {
            let mut asked = counted.lock().expect("a number");
            *asked += 1;
            (*asked == lost + 1).then(Vec::new)
        });
        let pulled = world.desk.pull(now(), &|_| ());
        lying.repent();
        if lost == 0 {
            assert!(
                matches!(pulled, Err(DeskError::Unreachable { why: CallError::Unreachable, .. })),
                "nothing came on this connection before: {:?}",
                pulled.err()
            );
            continue;
        }
        pulled.unwrap_or_else(|e| panic!("request {lost}: {e}"));
        requests = *asked.lock().expect("a number");
        if requests <= lost {
            break;
        }
    }
    assert!(requests > 6, "a pull asks for more than {requests} things");
    assert_eq!(baqylau_tests::reports(&world.desk).len(), signed, "each report once");
    assert!(world.desk.own().letters().expect("letters").iter().all(|letter| letter.sent));
}

#[test]
fn a_server_that_answers_nothing_more_is_asked_twice_and_no_more() {
    let (mut world, lying, _) = world();
    world.desk.pull(now(), &|_| ()).expect("pulls");
    let asked = Arc::new(Mutex::new(0));
    let counted = asked.clone();
    lying.speak(move |_, _, _| {
        let mut asked = counted.lock().expect("a number");
        *asked += 1;
        (*asked > 1).then(Vec::new)
    });
    let refused = world.desk.pull(now(), &|_| ()).expect_err("it does not answer");
    assert!(matches!(refused, DeskError::Unreachable { .. }), "{refused}");
    assert_eq!(*asked.lock().expect("a number"), 3, "one that was answered, and one that was sent twice");
}
