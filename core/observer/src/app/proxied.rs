//! A SOCKS5 proxy, where the network blocks the mission's servers. It is kept in the outbox, so that a locked phone delivers through it too.

use super::ObserverApp;
use crate::drive::lock;
use crate::error::Error;
use crate::reason::InvalidReason;
use crate::store::names;
use baqylau_http::SocksProxy;

impl ObserverApp {
    /// Goes through a SOCKS5 proxy from now on, as `127.0.0.1:9050`; none ends it. The proxy resolves the servers' names.
    ///
    /// # Errors
    /// The text is no address, or the disk refuses.
    pub fn set_proxy(&self, address: Option<&str>) -> Result<(), Error> {
        self.ensure_not_wiped()?;
        let proxy = match address.map(SocksProxy::parse) {
            None => String::new(),
            Some(parsed) => parsed.ok_or(InvalidReason::NoProxy)?.to_string(),
        };
        lock(&self.outbox)?.set(&[(names::PROXY, proxy.as_bytes())], &[])
    }

    /// The proxy, as `host:port`.
    ///
    /// # Errors
    /// The store failed.
    pub fn proxy(&self) -> Result<Option<String>, Error> {
        Ok(lock(&self.outbox)?.proxy()?.map(|proxy| proxy.to_string()))
    }
}
