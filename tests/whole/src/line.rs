//! The network of a simulated day: it loses, doubles and lies, and carries everything else into the server of this process.

use crate::dice::Dice;
use baqylau_http::reqwest::{Body, Request, Response};
use baqylau_http::{CallError, InTransit, Transport};
use baqylau_server::OpenedServer;
use http::StatusCode;
use http::response::Parts;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How bad the network is, each in times out of a hundred.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// A request does not arrive.
    pub lost: u64,
    /// A request arrives, and its answer does not.
    pub unanswered: u64,
    /// A request arrives twice.
    pub doubled: u64,
    /// The answer is a lie.
    pub lies: u64,
}

/// Who is at the end of a line: phones from 0 on, then desks.
pub type End = usize;

/// An answer that was given before, to be given again.
type Heard = (u16, Vec<u8>);

/// The server, and everything between it and the others.
pub struct Network {
    server: Mutex<Option<Arc<OpenedServer>>>,
    state: Mutex<State>,
}

struct State {
    chance: Dice,
    weather: Weather,
    cut: Vec<End>,
    /// The first answer that anybody had to a request of this method and path.
    heard: HashMap<String, Heard>,
    carried: u64,
}

/// What becomes of one request.
struct Fate {
    lost: bool,
    unanswered: bool,
    doubled: bool,
    lie: Option<Lie>,
}

/// What a server, or somebody in front of it, may answer without its keys.
#[derive(Debug, Clone, Copy)]
enum Lie {
    /// What was said first to the same question, by whomever it was asked.
    Old,
    /// A bit is another one.
    Flipped,
    /// The end is missing.
    Short,
    /// Nothing, as if all was well.
    Empty,
    /// Words of refusal.
    Refusal(u16),
}

impl Network {
    /// A good network without a server.
    #[must_use]
    pub fn new(chance: Dice) -> Arc<Self> {
        let state = State { chance, weather: Weather::default(), cut: Vec::new(), heard: HashMap::new(), carried: 0 };
        Arc::new(Self { server: Mutex::new(None), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a server behind the network, or takes it away. Gives the one that was there.
    pub fn serve(&self, server: Option<Arc<OpenedServer>>) -> Option<Arc<OpenedServer>> {
        std::mem::replace(&mut *self.server.lock().unwrap_or_else(PoisonError::into_inner), server)
    }

    /// Changes how bad it is.
    pub fn weather(&self, weather: Weather) {
        self.state().weather = weather;
    }

    /// Cuts somebody off, or lets them in again.
    pub fn cut(&self, end: End, off: bool) {
        let mut state = self.state();
        state.cut.retain(|cut| *cut != end);
        if off {
            state.cut.push(end);
        }
    }

    /// Everybody is reached, and nothing is lost any more.
    pub fn heal(&self) {
        let mut state = self.state();
        state.cut.clear();
        state.weather = Weather::default();
    }

    /// How many requests there were.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.state().carried
    }

    /// The line of somebody.
    #[must_use]
    pub fn line(self: &Arc<Self>, end: End) -> Arc<dyn Transport> {
        Arc::new(Line { network: self.clone(), end })
    }

    fn fate(&self, end: End) -> Fate {
        let mut state = self.state();
        state.carried += 1;
        let weather = state.weather;
        let cut = state.cut.contains(&end);
        let mut happens = |percent| state.chance.happens(percent);
        let (lost, unanswered) = (happens(weather.lost) || cut, happens(weather.unanswered));
        let (doubled, lies) = (happens(weather.doubled), happens(weather.lies));
        let kinds = [
            (4, Lie::Old),
            (3, Lie::Flipped),
            (1, Lie::Short),
            (1, Lie::Empty),
            (1, Lie::Refusal(404)),
            (1, Lie::Refusal(403)),
            (1, Lie::Refusal(500)),
        ];
        let lie = lies.then(|| state.chance.weighted(&kinds));
        Fate { lost, unanswered, doubled, lie }
    }

    async fn ask(&self, request: http::Request<Body>) -> Result<(Parts, Vec<u8>), CallError> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let server = server.ok_or(CallError::Unreachable)?;
        let asked = format!("{} {}", request.method(), request.uri().path());
        let answer = server.answer(request).await.map_err(|_| CallError::Unreachable)?;
        let (parts, body) = answer.into_parts();
        let heard = (parts.status.as_u16(), body.to_vec());
        self.state().heard.entry(asked).or_insert(heard);
        Ok((parts, body.to_vec()))
    }

    fn lied(&self, lie: Lie, asked: &str, (parts, body): &mut (Parts, Vec<u8>)) {
        let mut state = self.state();
        let (status, words) = match lie {
            Lie::Old => state.heard.get(asked).cloned().unwrap_or((parts.status.as_u16(), body.clone())),
            Lie::Flipped => {
                let (place, bit) = (state.chance.place(body.len()), state.chance.below(8));
                let mut other = body.clone();
                if let Some(byte) = other.get_mut(place) {
                    *byte ^= 1 << bit;
                }
                (parts.status.as_u16(), other)
            }
            Lie::Short => {
                let end = state.chance.place(body.len());
                (parts.status.as_u16(), body.get(..end).unwrap_or_default().to_vec())
            }
            Lie::Empty => (200, Vec::new()),
            Lie::Refusal(status) => (status, b"enter your PIN at example.org".to_vec()),
        };
        parts.status = StatusCode::from_u16(status).unwrap_or(parts.status);
        parts.headers.remove(http::header::CONTENT_LENGTH);
        *body = words;
    }
}

struct Line {
    network: Arc<Network>,
    end: End,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line")
    }
}

impl Transport for Line {
    fn carry(&self, request: Request) -> InTransit {
        let (fate, network) = (self.network.fate(self.end), self.network.clone());
        Box::pin(async move {
            if fate.lost {
                return Err(CallError::Unreachable);
            }
            let again = request.try_clone().filter(|_| fate.doubled);
            let asked = format!("{} {}", request.method(), request.url().path());
            let into = |request| http::Request::<Body>::try_from(request).map_err(|_| CallError::Plain);
            let mut answer = network.ask(into(request)?).await?;
            if let Some(again) = again {
                answer = network.ask(into(again)?).await?;
            }
            if fate.unanswered {
                return Err(CallError::Silent);
            }
            if let Some(lie) = fate.lie {
                network.lied(lie, &asked, &mut answer);
            }
            let (parts, body) = answer;
            Ok(Response::from(http::Response::from_parts(parts, body)))
        })
    }
}
