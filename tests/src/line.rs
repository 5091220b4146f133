//! A bad line between phone and server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// A line from one port to another. When more than `limit` bytes went up one connection, the server still gets them all, and
/// what it answers then is swallowed. A line that hangs swallows all of it, and does not close.
pub struct NetworkLine {
    hanging: AtomicBool,
    limit: AtomicI64,
    lost: AtomicU64,
}

impl NetworkLine {
    /// A line between two ports of this machine, which carries everything.
    ///
    /// # Panics
    /// When the port is taken.
    #[must_use]
    pub fn start((from, to): (u16, u16)) -> Arc<Self> {
        let line = Arc::new(Self {
            hanging: AtomicBool::new(false),
            limit: AtomicI64::new(i64::MAX),
            lost: AtomicU64::new(0),
        });
        let listener = TcpListener::bind(("127.0.0.1", from)).expect("the port is free");
        let shared = line.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", to)) {
                    shared.carry(client, server);
                }
            }
        });
        line
    }

    /// Neither answers nor closes connections that are made from now on.
    pub fn hang(&self) {
        self.hanging.store(true, Ordering::SeqCst);
    }

    /// Swallows what the server answers once more than this went up a connection.
    pub fn cut_after(&self, limit: i64) {
        self.hanging.store(false, Ordering::SeqCst);
        self.limit.store(limit, Ordering::SeqCst);
    }

    /// How many answers were swallowed.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::SeqCst)
    }

    fn carry(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        if self.hanging.load(Ordering::SeqCst) {
            // Open for as long as the other side keeps it.
            std::thread::spawn(move || std::io::copy(&mut &client, &mut std::io::sink()));
            return;
        }
        let up = Arc::new(AtomicI64::new(0));
        let limit = self.limit.load(Ordering::SeqCst);
        let (mut client_in, mut server_out) =
            (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
        let counted = up.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = client_in.read(&mut buffer) {
                counted.fetch_add(i64::try_from(n).expect("few bytes"), Ordering::SeqCst);
                if server_out.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
            let _ = server_out.shutdown(Shutdown::Both);
        });
        let this = self.clone();
        let (mut client, mut server) = (client, server);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = server.read(&mut buffer) {
                if up.load(Ordering::SeqCst) > limit {
                    this.lost.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                if client.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
            let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        });
    }
}
