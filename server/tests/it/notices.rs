//! What desks say that they have read: kept where a listed desk signed it, the latest of each, and handed out row by row.

use crate::it::support::{Device, Mission, NOW, code};
use baqylau_http::reqwest::StatusCode;
use baqylau_protocol::cbor;
use baqylau_protocol::certificate::Role;
use baqylau_protocol::ids::Hash;
use baqylau_protocol::notice::{MAX_ROWS, OpenedNumber, ReadNotice, ReadRow, ReadTable, RowKey, RowPage};
use baqylau_protocol::{published, routes};
use std::collections::HashSet;

const ROUNDS: i64 = 200;

fn row(seq: u64) -> ReadRow {
    let hash = |seq: u64| Hash::of(&seq.to_be_bytes());
    let opened: Vec<OpenedNumber> =
        (1..=seq).map(|seq| OpenedNumber { seq, hash: hash(seq), prev: hash(seq - 1) }).collect();
    ReadRow::of(Hash::of(b"enrolment"), &opened, &HashSet::new())
}

/// A notice of a desk about one phone, and its table.
fn notice(mission: &Mission, desk: &Device, phone: &Device, (at, seq): (i64, u64)) -> (ReadNotice, ReadTable) {
    let key = RowKey::of(&phone.shared);
    let table = ReadTable::new(vec![(key.label(), key.seal(desk.id(), &row(seq)))]);
    let (rows, root) = (1, Hash::of(b"root"));
    let about = ReadNotice {
        v: 1,
        mission: mission.id(),
        desk: desk.id(),
        at,
        epoch: 0,
        size: 9,
        root,
        rows,
        table: table.root(),
    };
    (about, table)
}

async fn publish(mission: &Mission, desk: &Device, (about, table): &(ReadNotice, ReadTable)) -> StatusCode {
    mission.post(routes::NOTICES, published::notice(&about.sign(&desk.key), table)).await.0
}

async fn page(mission: &Mission, phone: &Device) -> RowPage {
    let (status, bytes) = mission.read(&routes::rows(RowKey::of(&phone.shared).label()), None).await;
    assert_eq!(status, StatusCode::OK);
    cbor::decode_request(&bytes).expect("a page")
}

/// What the one desk has of a phone.
async fn read(mission: &Mission, desk: &Device, phone: &Device) -> Option<(i64, u64)> {
    let RowPage { rows, desks } = page(mission, phone).await;
    assert_eq!(desks.len(), rows.len());
    let opened = rows.first()?.open(&desk.key.public(), mission.id(), &RowKey::of(&phone.shared));
    opened.ok().map(|(notice, row)| (notice.at, row.last))
}

#[tokio::test]
async fn the_latest_notice_of_a_listed_desk_is_kept_and_outlasts_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let (phone, other) = (mission.device(Role::Observer, NOW + 1), mission.device(Role::Observer, NOW + 1));
    let unlisted = mission.device(Role::Desk, NOW + 1);
    let first = notice(&mission, &mission.desk, &phone, (5, 1));
    assert_eq!(publish(&mission, &mission.desk, &first).await, StatusCode::FORBIDDEN, "it did not enrol yet");
    mission.send(vec![mission.desk.enrolment.clone(), unlisted.enrolment.clone(), phone.enrolment.clone()]).await;
    assert_eq!(publish(&mission, &mission.desk, &first).await, StatusCode::NO_CONTENT);
    assert_eq!(publish(&mission, &mission.desk, &first).await, StatusCode::NO_CONTENT, "the same changes nothing");
    let older = notice(&mission, &mission.desk, &phone, (4, 9));
    assert_eq!(publish(&mission, &mission.desk, &older).await, StatusCode::CONFLICT);
    let own = notice(&mission, &unlisted, &phone, (9, 9));
    assert_eq!(publish(&mission, &unlisted, &own).await, StatusCode::FORBIDDEN);
    let in_its_name = notice(&mission, &mission.desk, &phone, (9, 9));
    assert_eq!(publish(&mission, &unlisted, &in_its_name).await, StatusCode::FORBIDDEN, "another key");
    assert_eq!(read(&mission, &mission.desk, &phone).await, Some((5, 1)));
    assert_eq!(page(&mission, &other).await, RowPage::default(), "nobody has read of it");
    // A desk whose clock was ahead, and which was put back from a copy, reads on: the longer log holds.
    let (mut further, table) = notice(&mission, &mission.desk, &phone, (3, 2));
    further.size = 10;
    assert_eq!(publish(&mission, &mission.desk, &(further, table)).await, StatusCode::NO_CONTENT);
    assert_eq!(publish(&mission, &mission.desk, &first).await, StatusCode::CONFLICT, "an older one");
    mission.running.take().expect("it runs").stop().await;
    mission.open(folder.path()).await;
    assert_eq!(read(&mission, &mission.desk, &phone).await, Some((3, 2)));
}

#[tokio::test]
async fn notices_that_cannot_be_loaded_keep_no_server_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mission = Mission::start(folder.path()).await;
    let phone = mission.device(Role::Observer, NOW + 1);
    mission.send(vec![mission.desk.enrolment.clone(), phone.enrolment.clone()]).await;
    let first = notice(&mission, &mission.desk, &phone, (5, 1));
    assert_eq!(publish(&mission, &mission.desk, &first).await, StatusCode::NO_CONTENT);
    mission.running.take().expect("it runs").stop().await;
    let db = baqylau_sqlite::rusqlite::Connection::open(folder.path().join("server.db")).expect("the database");
    db.execute_batch("ALTER TABLE notice RENAME COLUMN rows TO damaged").expect("damaged");
    drop(db);
    mission.open(folder.path()).await;
    assert_eq!(read(&mission, &mission.desk, &phone).await, None);
    assert!(code(&mission.send(vec![mission.envelope(&phone, 1)]).await[0]).is_none(), "reports are taken");
}

#[tokio::test]
async fn a_body_that_is_no_notice_is_refused_before_its_rows_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let phone = mission.device(Role::Observer, NOW + 1);
    mission.send(vec![mission.desk.enrolment.clone(), phone.enrolment.clone()]).await;
    let (about, table) = notice(&mission, &mission.desk, &phone, (5, 1));
    let signed = about.sign(&mission.desk.key);
    let whole = published::notice(&signed, &table);
    let (_, another) = notice(&mission, &mission.desk, &mission.device(Role::Observer, NOW + 1), (5, 1));
    for (bad, status) in [
        (Vec::new(), StatusCode::BAD_REQUEST),
        (b"junk".to_vec(), StatusCode::BAD_REQUEST),
        (whole[..whole.len() - 1].to_vec(), StatusCode::BAD_REQUEST),
        ([&whole[..], &[0]].concat(), StatusCode::BAD_REQUEST),
        (published::notice(&signed, &another), StatusCode::BAD_REQUEST),
        (published::notice(&signed, &ReadTable::default()), StatusCode::BAD_REQUEST),
        ([&whole[..], &vec![0; 1 << 20]].concat(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let length = bad.len();
        assert_eq!(mission.post(routes::NOTICES, bad).await.0, status, "{length} bytes");
    }
    let many = ReadNotice { rows: MAX_ROWS as u64 + 1, ..about };
    let many = published::notice(&many.sign(&mission.desk.key), &table);
    assert_eq!(mission.post(routes::NOTICES, many).await.0, StatusCode::FORBIDDEN);
    assert_eq!(read(&mission, &mission.desk, &phone).await, None);
    assert_eq!(mission.read("/v1/notices/none", None).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(mission.post(routes::NOTICES, whole).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_notices_at_once_the_later_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mission = Mission::start(folder.path()).await;
    let phone = mission.device(Role::Observer, NOW + 1);
    mission.send(vec![mission.desk.enrolment.clone(), phone.enrolment.clone()]).await;
    for round in 1..=ROUNDS {
        let [one, two] = [2 * round, 2 * round + 1].map(|at| notice(&mission, &mission.desk, &phone, (at, 1)));
        let (first, second) =
            tokio::join!(publish(&mission, &mission.desk, &one), publish(&mission, &mission.desk, &two));
        assert_eq!(second, StatusCode::NO_CONTENT);
        assert!([StatusCode::NO_CONTENT, StatusCode::CONFLICT].contains(&first), "{first}");
        assert_eq!(read(&mission, &mission.desk, &phone).await, Some((2 * round + 1, 1)));
    }
}
