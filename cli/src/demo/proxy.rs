//! A bad line: a proxy that cuts connections in the middle and swallows replies. It sees TLS, so it cuts by bytes.

use rand::FaultGenerator;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

static CUT: AtomicU64 = AtomicU64::new(0);
static LOST: AtomicU64 = AtomicU64::new(0);

/// Connections that were cut, and replies that were swallowed.
pub fn counts() -> (u64, u64) {
    (CUT.load(Ordering::Relaxed), LOST.load(Ordering::Relaxed))
}

/// Whether the line is bad now.
static BAD: AtomicBool = AtomicBool::new(false);

/// From now on connections are cut and replies lost.
pub fn go_bad() {
    BAD.store(true, Ordering::Relaxed);
}

/// Starts the line from one port to another. The threads end with the process.
pub fn start(from: u16, to: u16, seed: u64) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", from))?;
    std::thread::spawn(move || {
        let mut draw = FaultGenerator::new(seed);
        for client in listener.incoming().flatten() {
            let fate = if BAD.load(Ordering::Relaxed) { draw.fate() } else { Fate::Whole };
            std::thread::spawn(move || carry(client, to, fate));
        }
    });
    Ok(())
}

/// The line is good again.
pub fn go_good() {
    BAD.store(false, Ordering::Relaxed);
}

/// A fault that is drawn for a connection when it is made.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// Nothing.
    Whole,
    /// It is cut after so many bytes towards the server.
    Cut(u64),
    /// The server gets everything, and after so many bytes of its replies the rest is swallowed.
    Lost(u64),
}

fn carry(client: TcpStream, to: u16, fate: Fate) {
    let Some(server) = connect(to) else { return };
    let pair = (client.try_clone(), server.try_clone());
    let (Ok(client_in), Ok(server_in)) = pair else { return };
    let (up, down) = match fate {
        Fate::Whole => (None, None),
        Fate::Cut(bytes) => (Some(bytes), None),
        Fate::Lost(bytes) => (None, Some(bytes)),
    };
    let forward = std::thread::spawn(move || pump(client_in, server, up, &CUT));
    pump(server_in, client, down, &LOST);
    let _ = forward.join();
}

/// The server may be going down or coming up.
fn connect(to: u16) -> Option<TcpStream> {
    for _ in 0..50 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", to)) {
            let _ = stream.set_nodelay(true);
            return Some(stream);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

fn pump(mut from: TcpStream, mut to: TcpStream, limit: Option<u64>, counter: &AtomicU64) {
    let mut buffer = [0; 16 << 10];
    let mut passed = 0;
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        passed += read as u64;
        if limit.is_some_and(|l| passed > l) {
            counter.fetch_add(1, Ordering::Relaxed);
            break;
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

mod rand {
    use super::Fate;

    /// A small generator (`SplitMix64`): what is drawn here decides faults only.
    pub struct FaultGenerator(u64);

    impl FaultGenerator {
        pub fn new(seed: u64) -> Self {
            Self(seed)
        }

        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }

        /// Half of the connections come through; a reply of receipts begins after the TLS handshake.
        pub fn fate(&mut self) -> Fate {
            match self.next() % 4 {
                0 => Fate::Cut(self.next() % 12_000),
                1 => Fate::Lost(700 + self.next() % 3_000),
                _ => Fate::Whole,
            }
        }
    }
}
