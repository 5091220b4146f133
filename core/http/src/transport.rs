//! What carries a request to a server and brings back its answer.

use crate::CallError;
use reqwest::{Client, Request, Response};
use std::error::Error;
use std::fmt::Debug;
use std::pin::Pin;

/// A request on its way.
pub type InTransit = Pin<Box<dyn Future<Output = Result<Response, CallError>> + Send>>;

/// The network, or what stands for it where phone, server and desk run in one process. The caller has the deadlines, and asks only for
/// what may be sent.
pub trait Transport: Debug + Send + Sync {
    /// Carries a request. The future gives [`CallError`] where no answer came, although the request may have arrived.
    fn carry(&self, request: Request) -> InTransit;
}

impl Transport for Client {
    fn carry(&self, request: Request) -> InTransit {
        let sent = self.execute(request);
        Box::pin(async move {
            match sent.await {
                Ok(response) => Ok(response),
                Err(e) if foreign(&e) => Err(CallError::Foreign),
                Err(e) if !e.is_timeout() => Err(CallError::Unreachable),
                Err(_) => Err(CallError::Silent),
            }
        })
    }
}

fn foreign(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(e) = cause {
        if matches!(e.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // What an `io::Error` wraps is not its source.
        let wrapped = e.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|w| w as &(dyn Error + 'static)).or_else(|| e.source());
    }
    false
}
