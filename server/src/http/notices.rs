//! Notices of what desks have read. As with a bundle, who signed one is looked at before its rows are read.

use super::{App, AppState, bad, busy, cbor_body, failed, unavailable};
use crate::body::{BodyError, IncomingBody, NotSigned};
use crate::notices::{NoticeRefused, PublishedNotice, is_later, rows as rows_of};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use baqylau_protocol::cbor::{self, MAX_BYTES, Malformed};
use baqylau_protocol::ids::RowLabel;
use baqylau_protocol::notice::{MAX_ROWS, ROW, ReadNotice, ReadTable, RowPage};
use baqylau_protocol::published;
use minicbor::bytes::ByteVec;

/// The most bytes of a published notice.
const MAX_BODY: usize = MAX_BYTES + MAX_ROWS * ROW;

/// Why a body is no notice.
enum NoNotice {
    Body(BodyError),
    Bad(String),
    Refused(NoticeRefused),
}

impl From<NotSigned> for NoNotice {
    fn from(e: NotSigned) -> Self {
        match e {
            NotSigned::Body(e) => Self::Body(e),
            NotSigned::Malformed(e) => e.into(),
        }
    }
}

impl From<BodyError> for NoNotice {
    fn from(e: BodyError) -> Self {
        Self::Body(e)
    }
}

impl From<Malformed> for NoNotice {
    fn from(e: Malformed) -> Self {
        Self::Bad(e.to_string())
    }
}

impl IntoResponse for NoNotice {
    fn into_response(self) -> Response {
        match self {
            Self::Body(e) => e.into_response(),
            Self::Bad(reason) => bad(reason),
            Self::Refused(refused) => refusal(&refused),
        }
    }
}

fn refusal(refused: &NoticeRefused) -> Response {
    match refused {
        NoticeRefused::Unlisted => (StatusCode::FORBIDDEN, format!("{refused}\n")).into_response(),
        NoticeRefused::Older => (StatusCode::CONFLICT, format!("{refused}\n")).into_response(),
        // The writer has logged why.
        NoticeRefused::Failed(_) => unavailable(),
    }
}

pub(super) async fn publish(State(app): AppState, mut body: IncomingBody) -> Response {
    let notice = match read_notice(&app, &mut body).await {
        Ok(notice) => notice,
        Err(refused) => return refused.into_response(),
    };
    match app.sequencer.notice(notice) {
        Ok(done) => match done.await {
            Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
            Ok(Err(refused)) => refusal(&refused),
            Err(gone) => failed("notice", &gone),
        },
        Err(e) => busy(e),
    }
}

async fn read_notice(app: &App, body: &mut IncomingBody) -> Result<PublishedNotice, NoNotice> {
    let (bytes, place) = body.signed(MAX_BODY).await?;
    let notice = PublishedNotice::verify(&bytes, app.mission, &app.log).map_err(NoNotice::Refused)?;
    // The last one of a desk phones get, and courier files hold it.
    if is_later(&app.log, &notice) {
        body.know();
    }
    let limit = place.end.saturating_add(published::longest_rows(&notice));
    let whole = body.read(usize::MAX, limit).await?;
    let rows = published::rows(whole.get(place.end..).unwrap_or_default())?.to_vec();
    let (notice, table) = table(notice, rows).await?;
    Ok(PublishedNotice { notice, bytes, table })
}

/// A hash for each row, on a thread that may take its time.
async fn table(notice: ReadNotice, rows: Vec<u8>) -> Result<(ReadNotice, ReadTable), NoNotice> {
    let made = tokio::task::spawn_blocking(move || {
        let table = ReadTable::from_bytes(rows).filter(|table| table.is_of(&notice));
        table.map(|table| (notice, table))
    });
    let made = made.await.ok().flatten();
    made.ok_or_else(|| NoNotice::Bad("the rows are not those that the notice names".into()))
}

/// A locked phone, which cannot sign, asks by a label that only it and the desks can make; the rows are sealed for it.
pub(super) async fn rows(State(app): AppState, Path(label): Path<String>) -> Response {
    let Some(label) = RowLabel::from_hex(&label) else { return bad("not a label in hexadecimal") };
    let rows = rows_of(&app.log, label);
    let desks = rows.iter().filter_map(|row| ReadNotice::untrusted(&row.notice, app.mission).ok());
    match app.reader.enrolments(desks.map(|notice| notice.desk).collect()).await {
        Ok(desks) => {
            let desks = desks.into_iter().map(ByteVec::from).collect();
            cbor_body(cbor::encode(&RowPage { rows, desks }))
        }
        Err(cause) => failed("notices", &cause),
    }
}
