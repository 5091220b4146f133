//! Listens on loopback, polls the server for changes, and notifies open pages.

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

/// Options of [`start`].
pub struct PageOptions {
    /// Port on this machine; 0 for any free one.
    pub port: u16,
    /// Interval at which the server is polled.
    pub every: Duration,
    /// Clock, in milliseconds since 1970.
    pub now: fn() -> i64,
}

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The desk's store cannot be read.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The port cannot be opened.
    #[error("port {port} cannot be opened: {source}; choose another with --port")]
    Port {
        /// [`PageOptions::port`].
        port: u16,
        /// Error of the operating system.
        source: std::io::Error,
    },
}

/// A page that is served until stopped.
pub struct RunningPage {
    /// URL to open, with a token that is valid once.
    pub address: String,
    tasks: [JoinHandle<()>; 2],
}

impl RunningPage {
    /// Stops polling and serving.
    pub fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Serves the page of a desk. Takes the same desk opened twice: `puller` waits for the server while `desk` serves
/// pages.
///
/// # Errors
/// [`PageError`] if the store cannot be read or the port cannot be opened.
pub async fn start(desk: Desk, puller: Desk, options: PageOptions) -> Result<RunningPage, PageError> {
    let port = |source| PageError::Port { port: options.port, source };
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await.map_err(port)?;
    let bound = listener.local_addr().map_err(port)?.port();
    let (guard, token) = Guard::new(bound);
    let shared: SharedState = Arc::new(PageState::new(desk, puller, options.now)?);
    let polling = tokio::spawn(poll(shared.clone(), options.every));
    let routes = routes(shared, Arc::new(guard));
    let serving = tokio::spawn(async move {
        // Ends with the process; if serving fails, the coordinators see that the page is gone.
        let _ = axum::serve(listener, routes).await;
    });
    Ok(RunningPage { address: format!("http://127.0.0.1:{bound}/enter?token={token}"), tasks: [polling, serving] })
}

async fn poll(shared: SharedState, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let state = shared.clone();
        // A failure is retried at the next tick; the pages show the last response.
        let _ = tokio::task::spawn_blocking(move || state.pull((state.now)())).await;
    }
}

fn routes(shared: SharedState, guard: Arc<Guard>) -> Router {
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
        .route("/enter", get(guard::enter).with_state(guard.clone()))
        .route("/style.css", get(|| async { asset("text/css", include_str!("../assets/style.css")) }))
        .route("/paper.js", get(|| async { asset("text/javascript", include_str!("../assets/paper.js")) }))
        .route("/page.js", get(|| async { asset("text/javascript", include_str!("../assets/page.js")) }))
        .layer(from_fn_with_state(guard, guard::watch))
        .with_state(shared)
}

fn asset(media: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, media)], text).into_response()
}

/// The number of changes that a page was made with.
#[derive(serde::Deserialize)]
struct Since {
    seen: u64,
}

/// Streams an event for every change; one at once if something has changed since the page was made.
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
