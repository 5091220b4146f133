//! What a row of a read notice says, and what it takes to believe it.

use baqylau_protocol::ids::{DeviceId, Hash, MissionId};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::notice::{MAX_GAPS, NoticeError, OpenedNumber, ROW, ReadNotice, ReadRow, ReadTable, RowKey};
use baqylau_protocol::published;
use baqylau_protocol::seal::SharedKey;
use std::collections::HashSet;

const MISSION: MissionId = MissionId([7; 16]);
const DESK: DeviceId = DeviceId([9; 16]);

fn hash(seq: u64) -> Hash {
    Hash::of(&seq.to_be_bytes())
}

fn number(seq: u64, hash: Hash, prev: Hash) -> OpenedNumber {
    OpenedNumber { seq, hash, prev }
}

fn row(opened: &[u64], lacking: &[u64]) -> ReadRow {
    let opened: Vec<OpenedNumber> = opened.iter().map(|seq| number(*seq, hash(*seq), hash(seq - 1))).collect();
    ReadRow::of(hash(0), &opened, &lacking.iter().map(|seq| hash(*seq)).collect::<HashSet<_>>())
}

fn key(n: u8) -> RowKey {
    RowKey::of(&SharedKey::from_parts([n; 32], hash(n.into())))
}

fn notice(table: &ReadTable) -> ReadNotice {
    let (rows, root) = (table.len() as u64, table.root());
    ReadNotice { v: 1, mission: MISSION, desk: DESK, at: 5, epoch: 0, size: 9, root: hash(9), rows, table: root }
}

#[test]
fn a_row_names_what_is_lacking() {
    assert_eq!(row(&[], &[]), ReadRow { last: 0, hash: hash(0), gaps: vec![], attachments: 0, letters: 0 });
    assert_eq!(row(&[1, 2, 3], &[]), ReadRow { last: 3, hash: hash(3), gaps: vec![], attachments: 3, letters: 0 });
    assert_eq!(
        row(&[2, 2, 5], &[5]),
        ReadRow { last: 5, hash: hash(5), gaps: vec![1, 3, 4], attachments: 4, letters: 0 }
    );
    assert_eq!(row(&[1, 2, 3], &[1, 3]).attachments, 0);
    let with_gaps = row(&[2, 5], &[]);
    let covered: Vec<u64> = (0..8).filter(|seq| *seq > 0 && with_gaps.covers(*seq)).collect();
    assert_eq!(covered, [2, 5]);
    // More is lacking than a row holds: it says nothing of what lies behind.
    let far: Vec<u64> = (1..30).map(|n| 2 * n).collect();
    let short = row(&far, &[]);
    assert_eq!((short.last, short.gaps.len()), (2 * MAX_GAPS as u64, MAX_GAPS));
    assert_eq!(row(&[1, 2, u64::MAX >> 1], &[]).last, 2);
    let lacked = |row: &ReadRow| (1..40).filter(|seq| row.lacks(*seq)).collect::<Vec<_>>();
    assert_eq!(lacked(&short), [1, 3, 5, 7, 9, 11, 13, 15]);
    assert_eq!(lacked(&with_gaps)[..4], [1, 3, 4, 6]);
}

#[test]
fn a_row_follows_the_chain_of_its_last_envelope() {
    let other = |seq: u64| Hash::of(&[7, u8::try_from(seq).expect("small")]);
    let none = HashSet::new();
    let own = |seq: u64| number(seq, hash(seq), hash(seq - 1));
    // 2 of a copy, and 3 of the phone whose 2 nobody has.
    let copied = ReadRow::of(hash(0), &[own(1), number(2, other(2), hash(1)), own(3)], &none);
    assert_eq!((copied.last, copied.hash, copied.gaps.as_slice()), (3, hash(3), &[2][..]));
    // Both are there: the one that 3 names is meant, and the other's attachments are not asked after.
    let both = [own(1), number(2, other(2), hash(1)), own(2), own(3)];
    let whole = ReadRow::of(hash(0), &both, &HashSet::from([other(2)]));
    assert_eq!((whole.last, whole.gaps.len(), whole.attachments), (3, 0, 3));
}

#[test]
fn only_the_phone_that_it_is_for_reads_a_row_that_the_desk_signed() {
    let desk = SigningKey::generate();
    let full = row(&(1..=20).filter(|n| n % 2 == 0).collect::<Vec<_>>(), &[]);
    let table = ReadTable::new((0..9).map(|n| (key(n).label(), key(n).seal(DESK, &full))).collect());
    let signed = notice(&table).sign(&desk);
    for n in 0..9 {
        let proved = table.prove(key(n).label(), &signed).expect("a row");
        assert_eq!(proved.open(&desk.public(), MISSION, &key(n)).expect("opens").1, full);
        assert_eq!(proved.open(&desk.public(), MISSION, &key(n + 1)), Err(NoticeError::Row));
        assert!(matches!(proved.open(&SigningKey::generate().public(), MISSION, &key(n)), Err(NoticeError::Cose(_))));
        let other = MissionId([8; 16]);
        assert_eq!(proved.open(&desk.public(), other, &key(n)), Err(NoticeError::Mission { found: MISSION }));
        for bit in 0..8 * proved.sealed.len() {
            let mut altered = proved.clone();
            altered.sealed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(altered.open(&desk.public(), MISSION, &key(n)), Err(NoticeError::Path));
        }
        let mut moved = proved.clone();
        moved.index ^= 1;
        assert!(moved.open(&desk.public(), MISSION, &key(n)).is_err());
    }
    assert_eq!(table.prove(key(77).label(), &signed), None);
    // What one desk sealed is not another's word.
    let sealed = key(1).seal(DeviceId([1; 16]), &full);
    let table = ReadTable::new(vec![(key(1).label(), sealed)]);
    let proved = table.prove(key(1).label(), &notice(&table).sign(&desk)).expect("a row");
    assert_eq!(proved.open(&desk.public(), MISSION, &key(1)), Err(NoticeError::Row));
}

#[test]
fn a_published_table_is_the_one_that_the_notice_names() {
    let desk = SigningKey::generate();
    let some = row(&[1], &[]);
    let table = ReadTable::new((0..5).map(|n| (key(n).label(), key(n).seal(DESK, &some))).collect());
    let signed = notice(&table).sign(&desk);
    let body = published::notice(&signed, &table);
    let place = published::signed(&body).expect("a notice").expect("enough");
    assert_eq!(body[place.clone()], signed);
    let rows = published::rows(&body[place.end..]).expect("rows");
    assert!(body.len() - place.end <= published::longest_rows(&notice(&table)));
    let read = ReadTable::from_bytes(rows.to_vec()).expect("rows");
    assert!(read.is_of(&notice(&table)) && read.as_bytes() == table.as_bytes());
    assert!(published::rows(&[&body[place.end..], &[0]].concat()).is_err());
    let mut swapped = rows.to_vec();
    swapped.rotate_left(ROW);
    assert!(ReadTable::from_bytes(swapped).is_none(), "labels ascend");
    assert!(ReadTable::from_bytes(rows[1..].to_vec()).is_none());
    let fewer = ReadTable::from_bytes(rows[ROW..].to_vec()).expect("rows");
    assert!(!fewer.is_of(&notice(&table)));
}
