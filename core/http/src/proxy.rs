//! A SOCKS5 proxy (RFC 1928), for networks that block what they cannot read.

use reqwest::Proxy;
use std::fmt;

/// The address of a SOCKS5 proxy. It resolves the names of servers itself, so that this network's resolver learns none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocksProxy {
    host: String,
    port: u16,
}

impl SocksProxy {
    /// From `host:port`, as `127.0.0.1:9050`; `socks5h://` may stand before it. `None` for anything else, also with a name or a password: nobody
    /// checks who the proxy is.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address = text.trim();
        let address = address.strip_prefix("socks5h://").unwrap_or(address);
        let (host, port) = address.rsplit_once(':')?;
        let url = reqwest::Url::parse(&format!("socks5h://{address}")).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && matches!(url.path(), "" | "/");
        let whole = plain && url.query().is_none() && url.fragment().is_none() && !host.is_empty();
        let port = port.parse().ok().filter(|port| *port > 0 && url.port() == Some(*port))?;
        whole.then(|| Self { host: host.to_owned(), port })
    }

    pub(crate) fn client(&self) -> Result<Proxy, reqwest::Error> {
        Proxy::all(format!("socks5h://{self}"))
    }
}

impl fmt::Display for SocksProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
