//! Everybody who is connected: how fast they are, and how many bytes of bodies they have under way. Nothing of this knows an
//! address. Whoever is slower than a bad line is cut off. Where places are lacking, who has been there longest without sending
//! anything that is signed goes first, however fast: a phone needs a moment to show that it is one, and requests that need no
//! signature keep no place.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Limits on connections, in bytes, numbers and time. At the limit, unknown and slow ones make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at once; each takes a file descriptor, and a few are needed for other things.
    pub connections: usize,
    /// The most bytes of bodies in memory at once.
    pub body_bytes: usize,
    /// How long nothing need come, at a handshake, a head, a body, or the reading of an answer.
    pub patience: Duration,
    /// The fewest bytes a second, either way. Who is slower uses up the patience; who is faster wins it back.
    pub bytes_per_second: u64,
    /// How much of the patience is left to each who sends a body, or has sent something signed, even where room is lacking.
    pub settling: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 800,
            body_bytes: 64 << 20,
            patience: Duration::from_secs(20),
            bytes_per_second: 1024,
            settling: Duration::from_secs(2),
        }
    }
}

/// All connections.
pub(crate) struct Connections {
    limits: Limits,
    began: Instant,
    members: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
    /// Bytes of bodies under way.
    held: AtomicUsize,
    cut_off: AtomicU64,
    left: Notify,
}

/// One connection.
pub(crate) struct Connection {
    id: u64,
    /// When its patience ends, in milliseconds since the crowd began.
    until: AtomicU64,
    /// The server is at work on its request: it is waited for, not waiting.
    working: AtomicBool,
    /// It has sent something that is signed and that nobody could have copied.
    known: AtomicBool,
    held: AtomicUsize,
    cut: AtomicBool,
    end: Notify,
}

/// A connection's place; given back when it is dropped.
pub(crate) struct ConnectionSlot {
    crowd: Arc<Connections>,
    member: Arc<Connection>,
}

/// There is no room for more bytes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRoom;

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Connections {
    #[expect(clippy::disallowed_methods, reason = "how long a connection has been there is no time of day")]
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            began: Instant::now(),
            members: Mutex::default(),
            next: AtomicU64::new(0),
            held: AtomicUsize::new(0),
            cut_off: AtomicU64::new(0),
            left: Notify::new(),
        })
    }

    fn members(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        millis(self.began.elapsed())
    }

    /// Returns when there is room for another connection, made by cutting off one where nobody leaves.
    pub async fn room(&self) {
        loop {
            let mut left = std::pin::pin!(self.left.notified());
            left.as_mut().enable();
            if self.members().len() < self.limits.connections || self.shed_one() {
                return;
            }
            let _somebody_left = tokio::time::timeout(self.limits.settling / 4, left).await;
        }
    }

    pub fn enter(self: &Arc<Self>) -> ConnectionSlot {
        let member = Arc::new(Connection {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            until: AtomicU64::new(self.now().saturating_add(millis(self.limits.patience))),
            working: AtomicBool::new(false),
            known: AtomicBool::new(false),
            held: AtomicUsize::new(0),
            cut: AtomicBool::new(false),
            end: Notify::new(),
        });
        self.members().insert(member.id, member.clone());
        ConnectionSlot { crowd: self.clone(), member }
    }

    /// Cuts off whose patience is used up.
    pub fn close_idle(&self) {
        let now = self.now();
        let late = |m: &&Arc<Connection>| m.waited_for() && m.until.load(Ordering::Relaxed) <= now;
        let late: Vec<Arc<Connection>> = self.members().values().filter(late).cloned().collect();
        late.iter().for_each(|member| self.cut(member));
    }

    /// How often there is something to sweep.
    pub fn pace(&self) -> Duration {
        (self.limits.patience / 20).max(Duration::from_millis(10))
    }

    /// Makes a place, where there is none or descriptors ran out: cuts off the unknown connection that came first, or else the
    /// slowest known one; `false` when the server is at work for all unknown ones and none of the others is slow.
    pub fn shed_one(&self) -> bool {
        let slow = self.slow();
        let until = |m: &Connection| m.until.load(Ordering::Relaxed);
        self.shed(|m| !m.is_known() || until(m) <= slow, |m| if m.is_known() { until(m) } else { m.id })
    }

    /// Cuts off the slowest of some, unknown ones first; `false` when none of them is slow.
    fn shed_slow(&self, some: &dyn Fn(&Connection) -> bool) -> bool {
        let slow = self.slow();
        let until = |m: &Connection| m.until.load(Ordering::Relaxed);
        self.shed(|m| some(m) && until(m) <= slow, until)
    }

    /// Cuts off one of those that may go, and that the server is not at work for: unknown ones first, of them the least in order.
    fn shed(&self, may_go: impl Fn(&Connection) -> bool, order: impl Fn(&Connection) -> u64) -> bool {
        let may_go = |m: &&Arc<Connection>| m.waited_for() && may_go(m);
        let first = self.members().values().filter(may_go).min_by_key(|m| (m.is_known(), order(m))).cloned();
        first.inspect(|member| self.cut(member)).is_some()
    }

    /// Whose patience ends before this has used up all of it but what is left for settling.
    fn slow(&self) -> u64 {
        self.now().saturating_add(millis(self.limits.patience.saturating_sub(self.limits.settling)))
    }

    fn cut(&self, member: &Connection) {
        if self.members().remove(&member.id).is_some() {
            self.cut_off.fetch_add(1, Ordering::Relaxed);
        }
        member.cut.store(true, Ordering::SeqCst);
        self.release(member);
        member.end.notify_one();
    }

    /// The member's request is done with, or the member: its bytes are no longer under way.
    pub fn release(&self, member: &Connection) {
        self.held.fetch_sub(member.held.swap(0, Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Makes room for bytes of a body, by cutting off slow bodies where there is none.
    ///
    /// # Errors
    /// All that is under way is fast.
    pub async fn hold(&self, member: &Connection, bytes: usize) -> Result<(), NoRoom> {
        let first = member.held.load(Ordering::SeqCst) == 0;
        // Only who holds nothing yet may wait for others, or all would wait for each other.
        let tries = if first { 8 } else { 1 };
        for again in 0..tries {
            if again > 0 {
                tokio::time::sleep(self.limits.settling / 4).await;
            }
            loop {
                let room = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= self.limits.body_bytes);
                if self.held.fetch_update(Ordering::SeqCst, Ordering::SeqCst, room).is_ok() {
                    member.held.fetch_add(bytes, Ordering::SeqCst);
                    return Ok(());
                }
                let other = |m: &Connection| m.id != member.id && m.held.load(Ordering::SeqCst) > 0;
                if !self.shed_slow(&other) {
                    break;
                }
            }
        }
        Err(NoRoom)
    }

    /// The server begins to work on a request of the member, or to send the answer.
    pub fn turn(&self, member: &Connection, working: bool) {
        if !working {
            member.until.store(self.now().saturating_add(millis(self.limits.patience)), Ordering::Relaxed);
        }
        member.working.store(working, Ordering::SeqCst);
    }

    /// Connections, bytes of bodies under way, and how many were cut off.
    pub fn counts(&self) -> (u64, u64, u64) {
        (self.members().len() as u64, self.held.load(Ordering::SeqCst) as u64, self.cut_off.load(Ordering::Relaxed))
    }

    /// Bytes win back patience, up to all of it.
    fn moved(&self, member: &Connection, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let won = (bytes as u64).saturating_mul(1000) / self.limits.bytes_per_second.max(1);
        let most = self.now().saturating_add(millis(self.limits.patience));
        let until = member.until.load(Ordering::Relaxed).saturating_add(won);
        member.until.store(until.min(most), Ordering::Relaxed);
    }
}

impl Connection {
    fn waited_for(&self) -> bool {
        !self.working.load(Ordering::SeqCst)
    }

    /// It has sent something that is signed.
    pub fn know(&self) {
        self.known.store(true, Ordering::Relaxed);
    }

    /// Whether it has.
    pub fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }
}

impl ConnectionSlot {
    pub fn member(&self) -> &Arc<Connection> {
        &self.member
    }

    /// Returns when the connection is cut off.
    pub async fn cut(&self) {
        while !self.member.cut.load(Ordering::SeqCst) {
            self.member.end.notified().await;
        }
    }

    /// The connection's stream, counted.
    pub fn count(&self, stream: TcpStream) -> Counted {
        Counted { stream, crowd: self.crowd.clone(), member: self.member.clone() }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.crowd.members().remove(&self.member.id);
        self.crowd.release(&self.member);
        self.crowd.left.notify_waiters();
    }
}

/// A stream whose bytes are counted.
pub(crate) struct Counted {
    stream: TcpStream,
    crowd: Arc<Connections>,
    member: Arc<Connection>,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.crowd.moved(&self.member, buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.crowd.moved(&self.member, count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
