//! Access control and browser policy. The page runs on a workstation beside other programs and other web pages.

use axum::extract::{Query, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use baqylau_protocol::ids::Hash;
use baqylau_protocol::keys::random;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use std::sync::{Arc, Mutex, PoisonError};

/// Content security policy: nothing in a report can run as code, and the browser loads nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The one-use token in the page's address, and the session it was exchanged for. Both are kept as hashes.
pub(crate) struct Guard {
    hosts: Vec<String>,
    /// The cookie's name and `=`. Cookies are shared by all ports of a host, so each desk has its own name.
    cookie: String,
    token: Mutex<Option<Hash>>,
    session: Mutex<Option<Hash>>,
}

#[derive(Deserialize)]
pub(crate) struct SessionToken {
    #[serde(default)]
    token: String,
}

impl Guard {
    /// A guard for a port, and the one-use token.
    pub fn new(port: u16) -> (Self, String) {
        let token = secret();
        let hosts = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{port}")).to_vec();
        let once = Mutex::new(Some(Hash::of(token.as_bytes())));
        (Self { hosts, cookie: format!("baqylau-{port}="), token: once, session: Mutex::new(None) }, token)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let session = *self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|c| c.to_str().ok()).flat_map(|c| c.split(';'));
        let mut ours = cookies.filter_map(|c| c.trim().strip_prefix(self.cookie.as_str()));
        session.is_some_and(|known| ours.any(|given| Hash::of(given.as_bytes()) == known))
    }

    /// Whether the `Host` header is one of ours; another site may have a name that resolves to this machine (DNS
    /// rebinding).
    fn is_ours(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|h| h.to_str().ok());
        host.is_some_and(|host| self.hosts.iter().any(|ours| ours == host))
    }

    /// Whether the request comes from one of our own pages, by its `Origin`.
    fn sent_by_us(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(ORIGIN).and_then(|o| o.to_str().ok()).and_then(|o| o.strip_prefix("http://"));
        origin.is_some_and(|origin| self.hosts.iter().any(|ours| ours == origin))
    }
}

fn secret() -> String {
    BASE64URL_NOPAD.encode(&random::<32>())
}

/// Exchanges the token for a session cookie, once.
pub(crate) async fn enter(State(guard): State<Arc<Guard>>, Query(query): Query<SessionToken>) -> Response {
    let mut once = guard.token.lock().unwrap_or_else(PoisonError::into_inner);
    if *once != Some(Hash::of(query.token.as_bytes())) {
        return refuse(
            "This address has already been used. Start `baqylau desk page` again and open the address that it prints.",
        );
    }
    *once = None;
    let session = secret();
    *guard.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(Hash::of(session.as_bytes()));
    let cookie = format!("{}{session}; HttpOnly; SameSite=Strict; Path=/", guard.cookie);
    (StatusCode::SEE_OTHER, [(LOCATION, "/".to_owned()), (SET_COOKIE, cookie)]).into_response()
}

/// Middleware that checks every request.
pub(crate) async fn watch(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (headers, path) = (request.headers(), request.uri().path());
    let response = if !guard.is_ours(headers) {
        refuse("This page answers only at the address that `baqylau desk page` printed. Open that address.")
    } else if path != "/enter" && !guard.knows(headers) {
        refuse(
            "This browser is not signed in. Open the address that `baqylau desk page` printed; it works once, in one browser.",
        )
    } else if request.method() != Method::GET && !guard.sent_by_us(headers) {
        refuse("This request came from another site, so nothing was done.")
    } else {
        next.run(request).await
    };
    closed(response)
}

fn refuse(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, why).into_response()
}

fn closed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // With `no-referrer`, browsers would also omit the origin of this page's forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}
