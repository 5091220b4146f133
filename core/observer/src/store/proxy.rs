//! Where a SOCKS5 proxy listens that this phone goes through.

use super::{Outbox, names};
use crate::error::Error;
use baqylau_http::SocksProxy;

impl Outbox {
    /// The proxy that was set.
    pub fn proxy(&self) -> Result<Option<SocksProxy>, Error> {
        let kept = self.setting(names::PROXY)?.unwrap_or_default();
        Ok(std::str::from_utf8(&kept).ok().and_then(SocksProxy::parse))
    }
}
