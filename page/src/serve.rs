//! Listens on loopback, looks for what is new, and tells the pages that are open.

use crate::guard::{self, Guard};
use crate::state::{PageState, SharedState};
use crate::views;
use axum::Router;
use axum::extract::{Query, State as Of};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use baqylau_desk::{Desk, DeskError};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How the page is served.
pub struct PageOptions {
    /// The port on this machine; 0 for any that is free.
    pub port: u16,
    /// How often the server is asked for what is new.
    pub every: Duration,
    /// The time, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// Why it is not served.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The desk's store.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The port.
    #[error("port {port}: {source}; take another with --port")]
    Port {
        /// Which.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A page that is served until it is stopped.
pub struct RunningPage {
    /// The address to open: good once, in one browser.
    pub address: String,
    tasks: [JoinHandle<()>; 2],
}

impl RunningPage {
    /// Ends it.
    pub fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Serves the page of a desk. The store is opened twice: `puller` asks the server while pages are read.
///
/// # Errors
/// The store fails, or the port is taken.
pub async fn start(desk: Desk, puller: Desk, options: PageOptions) -> Result<RunningPage, PageError> {
    let port = |source| PageError::Port { port: options.port, source };
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await.map_err(port)?;
    let bound = listener.local_addr().map_err(port)?.port();
    let (guard, token) = Guard::new(bound);
    let shared: SharedState = Arc::new(PageState::new(guard, desk, puller, options.now)?);
    let looking = tokio::spawn(look(shared.clone(), options.every));
    let routes = routes(shared);
    let serving = tokio::spawn(async move {
        // Ends with the process: a page that cannot be served is one that nobody sees.
        let _ = axum::serve(listener, routes).await;
    });
    Ok(RunningPage { address: format!("http://127.0.0.1:{bound}/enter?token={token}"), tasks: [looking, serving] })
}

async fn look(shared: SharedState, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let state = shared.clone();
        // A store that fails now is asked again; the pages show when it was heard last.
        let _ = tokio::task::spawn_blocking(move || state.pull((state.now)())).await;
    }
}

fn routes(shared: SharedState) -> Router {
    Router::new()
        .route("/", get(views::overview::page))
        .route("/findings", get(views::findings::page))
        .route("/findings/{figure}", get(views::figure::page))
        .route("/statement", get(views::statement::page))
        .route("/statement.{format}", get(views::document::file))
        .route("/export/{table}", get(views::export::table))
        .route("/reports", get(views::reports::page))
        .route("/reports/{hash}", get(views::report::page))
        .route("/reports/{hash}/proof", get(views::report::prove))
        .route("/reports/{hash}/review", post(views::report::review))
        .route("/reports/{hash}/attachments/{number}", get(views::attachments::bytes))
        .route("/reports/{hash}/correct", get(views::corrections::ask).post(views::corrections::correct))
        .route("/reports/{hash}/code", post(views::texts::code))
        .route("/counts", get(views::counts::page))
        .route("/media", get(views::media::page))
        .route("/texts", get(views::texts::page))
        .route("/cleaning", get(views::cleaning::page))
        .route("/paper", get(views::paper::all).post(views::paper::start))
        .route("/paper/{id}", get(views::paper::page))
        .route("/paper/{id}/set", post(views::paper::set))
        .route("/paper/{id}/extend", post(views::paper::extend))
        .route("/paper/{id}/sign", post(views::paper::end))
        .route("/timeline", get(views::timeline::page))
        .route("/urgent", get(views::urgent::page))
        .route("/phones", get(views::phones::page))
        .route("/news", get(news))
        .route("/enter", get(guard::enter))
        .route("/style.css", get(|| async { asset("text/css", include_str!("../assets/style.css")) }))
        .route("/paper.js", get(|| async { asset("text/javascript", include_str!("../assets/paper.js")) }))
        .route("/page.js", get(|| async { asset("text/javascript", include_str!("../assets/page.js")) }))
        .layer(from_fn_with_state(shared.clone(), guard::watch))
        .with_state(shared)
}

fn asset(media: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, media)], text).into_response()
}

/// What a page has seen.
#[derive(serde::Deserialize)]
struct Since {
    seen: u64,
}

/// One event whenever something changed; at once, if it did since the page was made.
async fn news(Of(shared): Of<SharedState>, Query(since): Query<Since>) -> impl IntoResponse {
    let mut changes = shared.news.subscribe();
    if *changes.borrow_and_update() != since.seen {
        changes.mark_changed();
    }
    let stream = futures_util::stream::unfold(changes, |mut changes| async move {
        changes.changed().await.ok()?;
        let number = *changes.borrow_and_update();
        Some((Ok::<_, std::convert::Infallible>(Event::default().event("news").data(number.to_string())), changes))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
