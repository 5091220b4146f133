//! Which way up a photograph is: all that stays of its Exif (CIPA DC-008). Without it a portrait would lie on its side for ever.

const HEAD: &[u8] = b"Exif\0\0";
/// Orientation, in the first directory.
const ORIENTATION: u16 = 0x0112;

/// A segment of a JPEG that says nothing but which way up it is; `None` where this one says nothing of it, or that it is upright.
pub(crate) fn upright(segment: &[u8]) -> Option<Vec<u8>> {
    let tiff = segment.strip_prefix(HEAD)?;
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| {
        let (first, second) = (short(at)?, short(at.checked_add(2)?)?);
        let (high, low) = if big { (first, second) } else { (second, first) };
        usize::try_from(u32::from(high) << 16 | u32::from(low)).ok()
    };
    let directory = long(4)?;
    let entry = |n: u16| directory.checked_add(2 + 12 * usize::from(n));
    let found = (0..short(directory)?).map_while(entry).find(|at| short(*at) == Some(ORIENTATION))?;
    let turned = short(found.checked_add(8)?)?.to_be_bytes();
    if !(2..=8).contains(&turned[1]) || turned[0] != 0 {
        return None;
    }
    // One directory with one entry: tag, type SHORT, one of it, the value; and no further directory.
    let entry = [&ORIENTATION.to_be_bytes()[..], &[0, 3, 0, 0, 0, 1], &turned, &[0, 0]].concat();
    let body = [HEAD, b"MM\0*\0\0\0\x08\0\x01", &entry, &[0; 4]].concat();
    let length = u16::try_from(body.len() + 2).ok()?.to_be_bytes();
    Some([&[0xff, 0xe1][..], &length, &body].concat())
}
