//! Phone, server and desk in one process: a simulator takes the place of the network.

use crate::it::support::report;
use baqylau_http::reqwest::{Body, Request, Response};
use baqylau_http::{CallError, InTransit, Transport};
use baqylau_observer::ObserverApp;
use baqylau_observer::app::PhoneConfig;
use baqylau_server::OpenedServer;
use baqylau_tests::{BUDGET, PIN, World, now, tables};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A line that loses what a plan says of each request: nothing, the request, or the answer to it.
#[derive(Clone)]
struct Line {
    server: Arc<OpenedServer>,
    carried: Arc<AtomicUsize>,
    loses: fn(usize) -> Loss,
}

#[derive(Clone, Copy, PartialEq)]
enum Loss {
    Nothing,
    Request,
    Answer,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a line")
    }
}

impl Transport for Line {
    fn carry(&self, request: Request) -> InTransit {
        let loss = (self.loses)(self.carried.fetch_add(1, Ordering::SeqCst));
        let server = self.server.clone();
        Box::pin(async move {
            if loss == Loss::Request {
                return Err(CallError::Unreachable);
            }
            let request = http::Request::<Body>::try_from(request).map_err(|_| CallError::Plain)?;
            let answer = server.answer(request).await.map_err(|_| CallError::Unreachable)?;
            if loss == Loss::Answer { Err(CallError::Silent) } else { Ok(Response::from(answer)) }
        })
    }
}

/// How often something is tried. Each try costs up to four requests, of which one in four is lost.
const TRIES: usize = 50;

/// One of four, without a pattern that a sequence of requests could fall in with.
fn at_random(number: usize) -> bool {
    (number + 1).wrapping_mul(0x9e37_79b9) >> 16 & 3 == 0
}

#[test]
fn phone_server_and_desk_in_one_process_count_every_report_once_on_a_line_that_loses() {
    for loses in [
        (|_| Loss::Nothing) as fn(usize) -> Loss,
        |n| if at_random(n) { Loss::Request } else { Loss::Nothing },
        |n| if at_random(n) { Loss::Answer } else { Loss::Nothing },
    ] {
        let mut world = World::new(&tables("kazakhstan-2023"));
        let invite = world.invite("p001");
        let line = Line { server: Arc::new(world.take_server_in()), carried: Arc::default(), loses };
        let transport: Arc<dyn Transport> = Arc::new(line.clone());
        let config = PhoneConfig { transport: Some(transport.clone()), ..world.phone("phone") };
        let core = ObserverApp::create(config, PIN, &invite).expect("a store");
        assert!((0..TRIES).any(|_| core.enrol(BUDGET).is_ok_and(|sync| sync.enrolled)), "enrolled");
        report(&core, "one");
        report(&core, "two");
        let delivered = |_| core.sync_now(BUDGET).is_ok() && core.summary().expect("a summary").all_stored();
        assert!((0..TRIES).any(delivered), "delivered");
        let mut desk = world.desk.over(transport);
        assert!((0..TRIES).any(|_| desk.pull(now(), &|_| ()).is_ok()), "pulled");
        assert!(
            (0..TRIES).any(|_| desk.pull(now(), &|_| ()).is_ok()),
            "pulled once more, after the phone was confirmed"
        );
        let counted = baqylau_tests::reports(&desk).iter().filter(|r| r.status.name() == "counted").count();
        assert_eq!(counted, 2);
        assert!(line.carried.load(Ordering::SeqCst) > 5, "over the line, and no other way");
    }
}
