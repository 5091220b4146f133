//! Bodies of requests, read piece by piece: no more than the path takes, and no more at once than the server has room for.

use crate::crowd::{Connection, ConnectionSlot, Connections, NoRoom};
use crate::http::App;
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use baqylau_protocol::cbor::Malformed;
use baqylau_protocol::published;
use std::convert::Infallible;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;

/// The longest head of a published body: what stands before the signed object.
const HEAD: usize = 6;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// Longer than the path takes.
    TooLong {
        /// In bytes.
        limit: usize,
    },
    /// There is no room for it now.
    Full,
    /// It broke off.
    Broken,
}

impl From<NoRoom> for BodyError {
    fn from(_: NoRoom) -> Self {
        Self::Full
    }
}

impl IntoResponse for BodyError {
    fn into_response(self) -> Response {
        match self {
            Self::TooLong { limit } => {
                (StatusCode::PAYLOAD_TOO_LARGE, format!("more than {limit} bytes\n")).into_response()
            }
            Self::Full => {
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], "busy; try again later\n").into_response()
            }
            Self::Broken => (StatusCode::BAD_REQUEST, "the body broke off\n").into_response(),
        }
    }
}

/// Why a body does not begin with a signed object.
pub(crate) enum NotSigned {
    /// It cannot be read.
    Body(BodyError),
    /// It begins with something else.
    Malformed(Malformed),
}

impl From<BodyError> for NotSigned {
    fn from(e: BodyError) -> Self {
        Self::Body(e)
    }
}

impl From<Malformed> for NotSigned {
    fn from(e: Malformed) -> Self {
        Self::Malformed(e)
    }
}

/// A body that is being read. Its bytes count as under way until it is dropped.
pub(crate) struct IncomingBody {
    body: Body,
    bytes: Vec<u8>,
    /// How long its head says that it is.
    declared: Option<usize>,
    ended: bool,
    crowd: Arc<Connections>,
    member: Arc<Connection>,
    /// When it was not made by a connection.
    _place: Option<ConnectionSlot>,
}

impl IncomingBody {
    fn new(request: Request, app: &App) -> Self {
        let declared = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
        let (parts, body) = request.into_parts();
        let (member, place) = match parts.extensions.get::<Arc<Connection>>() {
            Some(member) => (member.clone(), None),
            None => {
                let place = app.crowd.enter();
                (place.member().clone(), Some(place))
            }
        };
        Self { body, bytes: Vec::new(), declared, ended: false, crowd: app.crowd.clone(), member, _place: place }
    }

    /// Reads on until there are so many bytes, or it ends. Gives what is here.
    pub async fn read(&mut self, wanted: usize, limit: usize) -> Result<&[u8], BodyError> {
        self.crowd.turn(&self.member, false);
        let read = self.fill(wanted, limit).await;
        self.crowd.turn(&self.member, true);
        read.map(|()| self.bytes.as_slice())
    }

    /// Reads as far as the signed object goes that a published body begins with, and no further. Gives its bytes and where they lie.
    pub async fn signed(&mut self, limit: usize) -> Result<(Vec<u8>, Range<usize>), NotSigned> {
        let place = published::signed(self.read(HEAD, limit).await?)?.ok_or(BodyError::Broken)?;
        let start = self.read(place.end, limit).await?;
        let signed = start.get(place.clone()).ok_or(BodyError::Broken)?.to_vec();
        Ok((signed, place))
    }

    async fn fill(&mut self, wanted: usize, limit: usize) -> Result<(), BodyError> {
        if self.declared.is_some_and(|declared| declared > limit) {
            return Err(BodyError::TooLong { limit });
        }
        while !self.ended && self.bytes.len() < wanted {
            let Some(frame) = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await else {
                self.ended = true;
                break;
            };
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
            if data.len() > limit.saturating_sub(self.bytes.len()) {
                return Err(BodyError::TooLong { limit });
            }
            self.crowd.hold(&self.member, data.len()).await?;
            self.bytes.extend_from_slice(&data);
        }
        Ok(())
    }

    /// Lets up to so many bytes more pass, keeping none: a client that is still sending would see a broken line, not the answer.
    pub async fn drain(&mut self, most: usize) {
        self.crowd.turn(&self.member, false);
        let mut passed = 0;
        while !self.ended && passed <= most {
            match poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await {
                Some(Ok(frame)) => passed += frame.data_ref().map_or(0, |data| data.len()),
                _ => self.ended = true,
            }
        }
        self.crowd.turn(&self.member, true);
    }

    /// Notes that what it says is signed, and was never said here before.
    pub fn know(&self) {
        self.member.know();
    }

    /// Whether something that came over the connection was signed.
    pub fn is_known(&self) -> bool {
        self.member.is_known()
    }
}

impl Drop for IncomingBody {
    fn drop(&mut self) {
        self.crowd.release(&self.member);
    }
}

/// A body of at most `LIMIT` bytes, all of it.
pub(crate) struct WholeBody<const LIMIT: usize>(pub IncomingBody);

impl<const LIMIT: usize> WholeBody<LIMIT> {
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl<const LIMIT: usize> FromRequest<Arc<App>> for WholeBody<LIMIT> {
    type Rejection = BodyError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, BodyError> {
        let mut incoming = IncomingBody::new(request, app);
        if let Err(e) = incoming.read(usize::MAX, LIMIT).await {
            if matches!(e, BodyError::TooLong { .. }) {
                incoming.drain(2 * LIMIT).await;
            }
            return Err(e);
        }
        Ok(Self(incoming))
    }
}

impl FromRequest<Arc<App>> for IncomingBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self::new(request, app))
    }
}
