//! A server that has all keys of the mission's and answers what it likes. Left alone it keeps a log as an honest one does, without a
//! disk: it is the attacks that are put before it.

use crate::cbor::{Value, list};
use crate::cose::{self, Key};
use crate::invite::Published;
use crate::{Hash, Name, hex, name, sha256, tree};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked.
pub struct Request {
    /// Method and path, as `GET /v1/bundle`.
    pub what: String,
    /// The head, with its first line.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Whether method and path begin so.
    #[must_use]
    pub fn is(&self, what: &str) -> bool {
        self.what.starts_with(what)
    }

    /// The number that the query has under a name.
    #[must_use]
    pub fn number(&self, name: &str) -> usize {
        let pairs = self.what.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        pairs.filter(|(n, _)| *n == name).find_map(|(_, value)| value.parse().ok()).unwrap_or(0)
    }

    /// The objects of an upload.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn objects(&self) -> Vec<Vec<u8>> {
        let upload = Value::decode(&self.body).expect("an upload");
        upload.items()[0].items().iter().map(|object| object.bytes().to_vec()).collect()
    }
}

/// What is said to it, down to the bytes and their times.
pub enum Reply {
    /// A status with its line, as `404 Not Found`, and a body.
    Status(&'static str, Vec<u8>),
    /// Bytes as they are, head and all; then it hangs up.
    Raw(Vec<u8>),
    /// Bytes first, then more of the others as fast as they go, or one a time with this pause in milliseconds, until the client leaves.
    Endless(Vec<u8>, Vec<u8>, Option<u64>),
}

impl Reply {
    /// 200 with a body.
    #[must_use]
    pub fn ok(body: Vec<u8>) -> Self {
        Self::Status("200 OK", body)
    }

    /// A refusal of so many objects with one code, in words that no phone should show.
    #[must_use]
    pub fn refusals(count: usize, code: u64) -> Self {
        let refusal = list([code.into(), "call +7 700 and read out your PIN".into()]);
        let verdict = list([1_u64.into(), list([refusal])]);
        Self::ok(list([vec![verdict; count].into()]).encode())
    }
}

/// What it is about to lie with.
pub struct State {
    /// The mission.
    pub mission: Name,
    /// Its receipt key.
    pub key: Key,
    /// What it hands out.
    pub published: Published,
    /// Its log: when it says that an object came, and the object.
    pub log: Vec<(i64, Vec<u8>)>,
    /// What it says of the time.
    pub now: i64,
    /// The version that its heads say to have.
    pub head_version: u64,
    /// Letters: place, envelope, and the enrolment of who wrote it.
    pub letters: Vec<(u64, Vec<u8>, Vec<u8>)>,
}

impl State {
    /// Hashes of the leaves.
    #[must_use]
    pub fn leaves(&self) -> Vec<Hash> {
        self.log.iter().map(|(received, object)| tree::leaf(sha256(object), *received)).collect()
    }

    /// A signed head over the first objects of the log.
    #[must_use]
    pub fn head(&self, size: usize) -> Vec<u8> {
        self.signed_head(size as u64, tree::root(&self.leaves()[..size]))
    }

    /// A signed head of any size and root.
    #[must_use]
    pub fn signed_head(&self, size: u64, root: Hash) -> Vec<u8> {
        let head = Value::Map(vec![
            (0, self.head_version.into()),
            (1, self.mission.into()),
            (2, size.into()),
            (3, root.into()),
            (4, self.now.into()),
        ]);
        self.key.sign_value(cose::HEAD, &head)
    }

    /// The receipt of an object of the log, under the head over all.
    #[must_use]
    pub fn receipt(&self, index: usize) -> Value {
        let path: Vec<Value> = tree::path(index, &self.leaves()).into_iter().map(Value::from).collect();
        let received = self.log[index].0;
        list([self.head(self.log.len()).into(), (index as u64).into(), received.into(), path.into()])
    }

    /// Takes objects in, each once; gives their places.
    pub fn take_in(&mut self, objects: Vec<Vec<u8>>) -> Vec<usize> {
        let mut places = Vec::new();
        for object in objects {
            let known = self.log.iter().position(|(_, other)| *other == object);
            places.push(known.unwrap_or(self.log.len()));
            if known.is_none() {
                self.now += 1;
                self.log.push((self.now, object));
            }
        }
        places
    }

    /// Takes a letter into its log, and hands it out with the enrolment of who wrote it.
    pub fn log_letter(&mut self, letter: Vec<u8>, desk: Vec<u8>) {
        let place = self.take_in(vec![letter.clone()])[0] as u64;
        self.letters.push((place, letter, desk));
    }

    /// The verdicts on an upload whose objects stand at these places.
    #[must_use]
    pub fn receipts(&self, request: &Request, places: &[usize]) -> Reply {
        let verdict = |place: &usize| list([0_u64.into(), list([self.receipt(*place)])]);
        let verdicts: Vec<Value> = places.iter().map(verdict).collect();
        let mut answer: Vec<Value> = vec![verdicts.into()];
        let upload = Value::decode(&request.body).expect("an upload");
        if let Some(known) = upload.items().get(1).map(|known| usize::try_from(known.uint()).expect("a size")) {
            answer.extend(self.proof_from(known));
        }
        Reply::ok(Value::List(answer).encode())
    }

    /// That the log goes on from a size, where it is as large.
    fn proof_from(&self, known: usize) -> Option<Value> {
        let proof = || tree::consistency(known, &self.leaves()).into_iter().map(Value::from).collect::<Vec<_>>();
        (known <= self.log.len()).then(|| proof().into())
    }

    /// A letter with its place, and with what proves it there where the log has it.
    fn letter(&self, place: u64, letter: &[u8]) -> Value {
        let at = usize::try_from(place).ok().filter(|at| self.log.get(*at).is_some_and(|(_, object)| object == letter));
        let received = at.map_or(self.now, |at| self.log[at].0);
        let path = at.map(|at| tree::path(at, &self.leaves())).unwrap_or_default();
        let path: Vec<Value> = path.into_iter().map(Value::from).collect();
        list([letter.to_vec().into(), place.into(), received.into(), path.into()])
    }

    /// The page of the log from a place on, as far as a head covers it.
    #[must_use]
    pub fn page(&self, from: usize, size: usize) -> Reply {
        let entry = |(received, object): &(i64, Vec<u8>)| list([(*received).into(), object.clone().into()]);
        let entries: Vec<Value> = self.log[from.min(size)..size].iter().map(entry).collect();
        Reply::ok(list([(from as u64).into(), entries.into(), self.head(size).into()]).encode())
    }

    /// What an honest server says.
    pub fn honest(&mut self, request: &Request) -> Reply {
        match &request.what {
            what if what == "GET /v1/bundle" => {
                let manifest = &self.published.manifest;
                let head = format!("HTTP/1.1 200 OK\r\netag: \"{}\"\r\nconnection: close\r\n", hex(&sha256(manifest)));
                Reply::Raw(with_body(&head, manifest))
            }
            what if what.starts_with("GET /v1/parts/") => {
                let part = self.published.parts.iter().find(|(hash, _)| what.ends_with(&hex(hash)));
                part.map_or(Reply::Status("404 Not Found", Vec::new()), |(_, packed)| Reply::ok(packed.clone()))
            }
            what if what == "POST /v1/objects" => {
                let places = self.take_in(request.objects());
                self.receipts(request, &places)
            }
            what if what == "GET /v1/challenge" => Reply::ok(Value::from([7; 40]).encode()),
            what if what.starts_with("GET /v1/log") => self.page(request.number("from"), self.log.len()),
            what if what.starts_with("GET /v1/letters/") => {
                let from = request.number("from") as u64;
                let letters: Vec<_> = self.letters.iter().filter(|(place, ..)| *place >= from).collect();
                let logged: Vec<Value> = letters.iter().map(|(place, letter, _)| self.letter(*place, letter)).collect();
                let desks: Vec<Value> = letters.iter().map(|(.., desk)| desk.clone().into()).collect();
                let head = self.head(self.log.len()).into();
                let mut page = vec![head, logged.into(), desks.into()];
                page.extend(self.proof_from(request.number("known")));
                Reply::ok(Value::List(page).encode())
            }
            _ => Reply::Status("404 Not Found", Vec::new()),
        }
    }
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

/// What is said in the place of what is honest; `None` is honest.
pub type Attack = Box<dyn FnMut(&Request, &mut State) -> Option<Reply> + Send>;

/// The server, until the test ends.
pub struct HostileServer {
    state: Mutex<State>,
    attack: Mutex<Option<Attack>>,
}

impl HostileServer {
    /// Listens in the place of a server that was stopped, with the files of its folder and what the mission published.
    ///
    /// # Panics
    /// When the port is taken or the files do not read.
    #[must_use]
    pub fn start(address: &str, folder: &Path, published: Published, now: i64) -> Arc<Self> {
        let read = |name: &str| std::fs::read(folder.join(name)).expect("a file of the server");
        let text = |name: &str| String::from_utf8(read(name)).expect("a text").trim().to_owned();
        let bytes = |name: &str| data_encoding::HEXLOWER.decode(text(name).as_bytes()).expect("hexadecimal");
        let key = Key::of(bytes("receipt.key").try_into().expect("a seed"));
        let mission = name(&bytes("root.pub"));
        let chain = CertificateDer::pem_slice_iter(&read("tls.pem")).collect::<Result<Vec<_>, _>>().expect("a chain");
        let tls_key = PrivateKeyDer::from_pem_slice(&read("tls-key.pem")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth().with_single_cert(chain, tls_key);
        let config = Arc::new(config.expect("a certificate"));
        let state = State { mission, key, published, log: Vec::new(), now, head_version: 1, letters: Vec::new() };
        let server = Arc::new(Self { state: Mutex::new(state), attack: Mutex::new(None) });
        let listener = TcpListener::bind(address).expect("the port is free");
        let shared = server.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (shared, config) = (shared.clone(), config.clone());
                std::thread::spawn(move || {
                    // A client that goes away is its own matter.
                    let _gone = shared.answer(config, client);
                });
            }
        });
        server
    }

    /// Attacks from now on.
    pub fn attack(&self, attack: impl FnMut(&Request, &mut State) -> Option<Reply> + Send + 'static) {
        *self.attack.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(attack));
    }

    /// Is honest again.
    pub fn repent(&self) {
        *self.attack.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Looks at what it has, or changes it.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, config: Arc<rustls::ServerConfig>, client: TcpStream) -> std::io::Result<()> {
        let tls = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
        let mut client = rustls::StreamOwned::new(tls, client);
        let request = request(&mut client)?;
        let attack = |state: &mut State| self.attack.lock().ok()?.as_mut().and_then(|attack| attack(&request, state));
        let reply = self.with(|state| attack(state).unwrap_or_else(|| state.honest(&request)));
        match reply {
            Reply::Status(status, body) => {
                client.write_all(&with_body(&format!("HTTP/1.1 {status}\r\nconnection: close\r\n"), &body))?;
            }
            Reply::Raw(bytes) => client.write_all(&bytes)?,
            Reply::Endless(first, more, pause) => {
                client.write_all(&first)?;
                for part in more.chunks(if pause.is_some() { 1 } else { 1 << 16 }).cycle() {
                    client.write_all(part)?;
                    client.flush()?;
                    if let Some(pause) = pause {
                        std::thread::sleep(std::time::Duration::from_millis(pause));
                    }
                }
            }
        }
        client.flush()?;
        client.conn.send_close_notify();
        client.flush()
    }
}

fn request(from: &mut impl Read) -> std::io::Result<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body)?;
    let what = head.split(" HTTP/").next().unwrap_or_default().to_owned();
    Ok(Request { what, head, body })
}
