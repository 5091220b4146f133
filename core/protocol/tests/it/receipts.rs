//! A receipt proves one object in one signed log and nothing else.

use baqylau_protocol::ids::{Hash, MissionId};
use baqylau_protocol::keys::SigningKey;
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::{Receipt, ReceiptError, TreeHead, leaf_hash};
use baqylau_protocol::{cbor, cose};

const MISSION: MissionId = MissionId([1; 16]);
const RECEIVED: i64 = 1_700_000_000_000;

fn object(n: u8) -> Hash {
    Hash::of(&[n])
}

fn receipts(key: &SigningKey) -> Vec<Receipt> {
    let mut tree = MerkleTree::default();
    (0..11).for_each(|n| tree.push(leaf_hash(object(n), RECEIVED + i64::from(n))));
    let head = TreeHead { v: 1, mission: MISSION, size: 11, root: tree.root(), time: RECEIVED }.sign(key);
    let receipt = |n: u8| Receipt {
        head: head.clone().into(),
        index: n.into(),
        received: RECEIVED + i64::from(n),
        path: tree.path(n.into()).expect("made for the test"),
    };
    (0..11).map(receipt).collect()
}

#[test]
fn receipt_round_trips_and_verifies() {
    let key = SigningKey::from_seed([1; 32]);
    let other = SigningKey::from_seed([2; 32]);
    for (n, receipt) in (0u8..).zip(receipts(&key)) {
        let head = receipt.verify(object(n), &[other.public(), key.public()], MISSION).unwrap();
        assert_eq!((head.size, head.time), (11, RECEIVED));
        let bytes = cbor::encode(&receipt);
        assert_eq!(Receipt::from_bytes(&bytes).unwrap(), receipt);
        for cut in 0..bytes.len() {
            Receipt::from_bytes(&bytes[..cut]).unwrap_err();
        }
    }
}

#[test]
fn receipt_for_anything_else_is_refused() {
    let (key, other) = (SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32]));
    let keys = [key.public()];
    let all = receipts(&key);
    let good = &all[6];
    assert_eq!(good.verify(object(5), &keys, MISSION), Err(ReceiptError::Path), "another object");
    good.verify(object(6), &[other.public()], MISSION).unwrap_err();
    good.verify(object(6), &[], MISSION).unwrap_err();
    let elsewhere = MissionId([2; 16]);
    assert_eq!(good.verify(object(6), &keys, elsewhere), Err(ReceiptError::Mission { found: MISSION }));
    let refused = |change: &dyn Fn(&mut Receipt)| {
        let mut altered = good.clone();
        change(&mut altered);
        altered.verify(object(6), &keys, MISSION).unwrap_err();
    };
    refused(&|r| r.index = 5);
    refused(&|r| r.index = 11);
    refused(&|r| r.index = u64::MAX);
    refused(&|r| r.received += 1);
    refused(&|r| r.path.truncate(2));
    refused(&|r| r.path.push(object(0)));
    refused(&|r| r.path.swap(0, 1));
    refused(&|r| r.path.clear());
    refused(&|r| r.head = Vec::new().into());
    let good_head = good.head.to_vec();
    for at in 0..good_head.len() {
        for bit in [0x01, 0x80] {
            refused(&|r| r.head[at] ^= bit);
        }
    }
    // A tree head that the server signed for another log.
    let root = object(3);
    let strange = TreeHead { v: 1, mission: MISSION, size: 11, root, time: 0 }.sign(&key);
    refused(&|r| r.head = strange.clone().into());
    let later = TreeHead { v: 2, mission: MISSION, size: 11, root, time: 0 };
    let later = cose::sign(cose::ObjectType::TreeHead, &key, &[], &cbor::encode(&later));
    refused(&|r| r.head = later.clone().into());
    // Another type of object signed with the same key is not a tree head.
    let as_record = cose::sign(
        cose::ObjectType::Standing,
        &key,
        &[],
        cose::open(cose::ObjectType::TreeHead, &good.head, &keys[0], &[]).unwrap(),
    );
    refused(&|r| r.head = as_record.clone().into());
}
