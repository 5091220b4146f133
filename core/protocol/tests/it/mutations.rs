//! Encodings with a single fault: what section 2 of `docs/formats.md` forbids, and values that do not belong where they stand.

use super::support::Dice;
use std::ops::Range;

/// A data item of an encoding that is well-formed and of definite length.
#[derive(Clone)]
struct Item {
    major: u8,
    argument: u64,
    head: Range<usize>,
    end: usize,
}

const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// Alters one thing in deterministic CBOR. Now and then it stays good: another number may be as good as the one before.
pub fn altered(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let all = items(bytes);
    let item = all[dice.below(all.len())].clone();
    let lists: Vec<&Item> = all.iter().filter(|i| i.major >= ARRAY && i.argument > 0 && i.major <= MAP).collect();
    let list = (!lists.is_empty()).then(|| lists[dice.below(lists.len())].clone());
    let head = item.head.clone();
    match (dice.below(13), list) {
        (0, _) => [bytes, &[[0x00, 0xf6, 0x40][dice.below(3)]]].concat(),
        (1, _) => bytes[..dice.below(bytes.len())].to_vec(),
        (2, _) => {
            let mut out = bytes.to_vec();
            out[dice.below(bytes.len())] ^= 1 << dice.below(8);
            out
        }
        (3, _) => with(bytes, head, &longer(dice, &item)),
        (4, _) => with(bytes, item.head.start..item.end, other(dice)),
        (5 | 6, _) if item.major < 2 => with(bytes, head, &new_head(dice.up_to(1), dice.number())),
        (5 | 6, _) if item.major < ARRAY => resized(dice, bytes, &item),
        (7, Some(list)) => doubled(dice, bytes, &list),
        (8, Some(list)) => swapped(dice, bytes, &list),
        (9, Some(list)) => without(dice, bytes, &list),
        (10, Some(list)) => with_more(dice, bytes, &list),
        (11, Some(list)) => endless(bytes, &list),
        (12, _) => with(bytes, item.head.start..item.head.start, &[0xc1]),
        _ => with(bytes, head, &longer(dice, &item)),
    }
}

/// The items in the order of their heads; what a byte string holds is none of them.
fn items(bytes: &[u8]) -> Vec<Item> {
    let mut out = Vec::new();
    let end = walk(bytes, 0, &mut out);
    assert_eq!(end, bytes.len());
    out
}

fn walk(bytes: &[u8], start: usize, out: &mut Vec<Item>) -> usize {
    let (major, info) = (bytes[start] >> 5, bytes[start] & 31);
    let width = if info < 24 { 0 } else { 1 << (info - 24) };
    let head = start..start + 1 + width;
    let argument = match width {
        0 => u64::from(info),
        _ => bytes[start + 1..head.end].iter().fold(0, |n, byte| n << 8 | u64::from(*byte)),
    };
    let at = out.len();
    out.push(Item { major, argument, head: head.clone(), end: 0 });
    let held = usize::try_from(argument).unwrap_or(0);
    let end = match major {
        2 | 3 => head.end + held,
        ARRAY => (0..held).fold(head.end, |at, _| walk(bytes, at, out)),
        MAP => (0..2 * held).fold(head.end, |at, _| walk(bytes, at, out)),
        _ => head.end,
    };
    out[at].end = end;
    end
}

/// What a list holds: an array's items, or a map's entries.
fn held(bytes: &[u8], list: &Item) -> Vec<Range<usize>> {
    let mut at = list.head.end;
    let next = |at: usize| walk(bytes, at, &mut Vec::new());
    (0..list.argument)
        .map(|_| {
            let start = at;
            at = if list.major == MAP { next(next(at)) } else { next(at) };
            start..at
        })
        .collect()
}

fn with(bytes: &[u8], place: Range<usize>, new: &[u8]) -> Vec<u8> {
    [&bytes[..place.start], new, &bytes[place.end..]].concat()
}

fn new_head(major: u8, argument: u64) -> Vec<u8> {
    let mut out = minicbor::to_vec(argument).expect("a number");
    out[0] |= major << 5;
    out
}

/// The same head in one of the forms that are longer than they need to be.
fn longer(dice: &mut Dice, item: &Item) -> Vec<u8> {
    let width = item.head.len() - 1;
    let widths: Vec<usize> = [1, 2, 4, 8].into_iter().filter(|w| *w > width).collect();
    if widths.is_empty() {
        return vec![item.major << 5 | 28];
    }
    let width = widths[dice.below(widths.len())];
    let info: u8 = [24, 25, 26, 27][width.ilog2() as usize];
    [&[item.major << 5 | info], &item.argument.to_be_bytes()[8 - width..]].concat()
}

/// An item that stands nowhere, or elsewhere.
fn other(dice: &mut Dice) -> &'static [u8] {
    const OTHERS: [&[u8]; 12] = [
        &[0xf6],
        &[0xf7],
        &[0xf5],
        &[0xf4],
        &[0xf8, 0x20],
        &[0xf9, 0x3c, 0x00],
        &[0xc1, 0x00],
        &[0x60],
        &[0x62, 0xc3, 0x28],
        &[0x40],
        &[0x80],
        &[0xa0],
    ];
    OTHERS[dice.below(OTHERS.len())]
}

/// A string with a byte more or less.
fn resized(dice: &mut Dice, bytes: &[u8], item: &Item) -> Vec<u8> {
    let content = &bytes[item.head.end..item.end];
    let content = match content {
        [shorter @ .., _] if dice.below(2) == 0 => shorter.to_vec(),
        _ => [content, b"0"].concat(),
    };
    let head = new_head(item.major, content.len() as u64);
    with(bytes, item.head.start..item.end, &[head, content].concat())
}

/// One of what it holds twice.
fn doubled(dice: &mut Dice, bytes: &[u8], list: &Item) -> Vec<u8> {
    let held = held(bytes, list);
    let one = held[dice.below(held.len())].clone();
    let out = with(bytes, one.end..one.end, &bytes[one]);
    with(&out, list.head.clone(), &new_head(list.major, list.argument + 1))
}

/// Two neighbours in each other's place.
fn swapped(dice: &mut Dice, bytes: &[u8], list: &Item) -> Vec<u8> {
    let held = held(bytes, list);
    let first = dice.below(held.len());
    let Some(second) = held.get(first + 1) else { return doubled(dice, bytes, list) };
    let both = [&bytes[second.clone()], &bytes[held[first].clone()]].concat();
    with(bytes, held[first].start..second.end, &both)
}

fn without(dice: &mut Dice, bytes: &[u8], list: &Item) -> Vec<u8> {
    let held = held(bytes, list);
    let out = with(bytes, held[dice.below(held.len())].clone(), &[]);
    with(&out, list.head.clone(), &new_head(list.major, list.argument - 1))
}

/// One more at its end: a key that is not named, or a position.
fn with_more(dice: &mut Dice, bytes: &[u8], list: &Item) -> Vec<u8> {
    let key = [&[0x17][..], &[0x18, 0x63], &[0x20], &[0x61, 0x61]][dice.below(4)];
    let value = [&[0x00][..], &[0xf6], &[0x40]][dice.below(3)];
    let more = if list.major == MAP { [key, value].concat() } else { value.to_vec() };
    let out = with(bytes, list.end..list.end, &more);
    with(&out, list.head.clone(), &new_head(list.major, list.argument + 1))
}

/// The same without its length.
fn endless(bytes: &[u8], list: &Item) -> Vec<u8> {
    let out = with(bytes, list.end..list.end, &[0xff]);
    with(&out, list.head.clone(), &[list.major << 5 | 31])
}
