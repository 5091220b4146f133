//! A browser without a screen: it has one cookie, asks, and reads what comes.

use baqylau_desk::Desk;
use baqylau_page::{PageOptions, RunningPage, start};
use baqylau_tests::{PASSPHRASE, World, now, tables};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tokio::runtime::Runtime;

/// A browser with its one cookie.
pub struct Browser {
    pub host: String,
    pub cookie: String,
    _runtime: Runtime,
    _running: RunningPage,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Browser {
    /// Opens the page of the mission's desk, and goes in.
    pub fn open(world: &World) -> Self {
        Self::at(world, "mission")
    }

    /// As [`Browser::open`], of the desk in a folder beside it.
    pub fn at(world: &World, folder: &str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let desk = || Desk::open(&world.folder.path().join(folder), PASSPHRASE).expect("a desk");
        let options = PageOptions { port: 0, every: Duration::from_millis(200), now };
        let running = runtime.block_on(start(desk(), desk(), options)).expect("the page is served");
        let rest = running.address.strip_prefix("http://").expect("an address").to_owned();
        let (host, path) = rest.split_once('/').expect("a path");
        let mut browser = Self { host: host.to_owned(), cookie: String::new(), _runtime: runtime, _running: running };
        assert_eq!(browser.get("/").status, 403, "nobody is let in without the address");
        let entered = browser.get(&format!("/{path}"));
        assert_eq!(entered.status, 303);
        let cookie = entered.head.lines().find_map(|l| l.strip_prefix("set-cookie: ")).expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        browser.cookie = cookie.split(';').next().expect("a value").to_owned();
        assert_eq!(browser.get(&format!("/{path}")).status, 403, "the address is good once");
        browser
    }

    pub fn ask(&self, request: &str, host: &str, more: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.host).expect("connects");
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n{body}",
            self.cookie
        )
        .expect("asks");
        let mut whole = Vec::new();
        stream.read_to_end(&mut whole).expect("answers");
        let whole = String::from_utf8_lossy(&whole);
        let (head, body) = whole.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &self.host, "", "")
    }

    pub fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }

    pub fn post(&self, path: &str, origin: &str, body: &str) -> Answer {
        let more = format!("Origin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        self.ask(&format!("POST {path}"), &self.host, &more, body)
    }

    /// The first report that is listed under some filters.
    pub fn first(&self, path: &str) -> String {
        let page = self.page(path);
        let at = page.find("/reports/").unwrap_or_else(|| panic!("no report on {page}"));
        page[at..].split(['"', '?']).next().expect("an address").to_owned()
    }
}

pub fn world() -> (World, baqylau_observer::ObserverApp) {
    let mut world = World::new(&tables("kazakhstan-2023"));
    let invite = world.invite("p001");
    let core = world.enrolled("phone", &invite);
    (world, core)
}

/// Waits until a page says something.
pub fn eventually(browser: &Browser, path: &str, words: &str) -> String {
    for _ in 0..100 {
        let page = browser.page(path);
        if page.contains(words) {
            return page;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{path} never says {words}: {}", browser.page(path))
}
