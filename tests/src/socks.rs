//! A SOCKS5 proxy (RFC 1928) on this machine: connects, without a password, to addresses, and to names that a test gives it.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// The proxy, and what it was asked for.
pub struct Socks {
    port: u16,
    /// `host:port`, a name as it was sent.
    asked: Mutex<Vec<String>>,
    /// The name that it knows, which is this machine.
    known: &'static str,
}

impl Socks {
    /// Starts one that resolves a single name.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn start(known: &'static str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let socks = Arc::new(Self { port, asked: Mutex::default(), known });
        let shared = socks.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = shared.clone();
                // A client that goes away is its own matter.
                std::thread::spawn(move || shared.serve(client));
            }
        });
        socks
    }

    /// Where it listens, as a setting has it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it was asked for since it was last asked this.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, mut client: TcpStream) -> Result<()> {
        let [version, methods] = take(&mut client)?;
        let mut offered = vec![0; methods.into()];
        client.read_exact(&mut offered)?;
        if version != 5 || !offered.contains(&0) {
            return client.write_all(&[5, 0xff]);
        }
        client.write_all(&[5, 0])?;
        let [_, command, _, kind] = take(&mut client)?;
        let host = match kind {
            1 => Ipv4Addr::from(take::<4>(&mut client)?).to_string(),
            3 => {
                let [length] = take(&mut client)?;
                let mut name = vec![0; length.into()];
                client.read_exact(&mut name)?;
                String::from_utf8(name).map_err(|_| Error::from(ErrorKind::InvalidData))?
            }
            _ => return client.write_all(&[5, 8, 0, 1, 0, 0, 0, 0, 0, 0]),
        };
        let port = u16::from_be_bytes(take(&mut client)?);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{host}:{port}"));
        let there = if host == self.known { "127.0.0.1" } else { &host };
        let server = if command == 1 { TcpStream::connect((there, port)) } else { Err(ErrorKind::Unsupported.into()) };
        let Ok(server) = server else { return client.write_all(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]) };
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
        let (up, down) = ((client.try_clone()?, server.try_clone()?), (server, client));
        std::thread::spawn(move || relay(up));
        relay(down);
        Ok(())
    }
}

fn take<const N: usize>(from: &mut TcpStream) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn relay((mut from, mut to): (TcpStream, TcpStream)) {
    let _ended = std::io::copy(&mut from, &mut to);
    let _gone = to.shutdown(Shutdown::Write);
}
