//! Takes out of a photograph, sound or video what tells where, when and with what it was made. It streams: nothing is written
//! before it is clean, and a long video needs little memory. A format that is not known is refused, not passed.

use crate::exif::upright;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};

/// The largest index of a video, which is cleaned in memory.
const MAX_INDEX: u64 = 16 << 20;
/// Buffer of the reader.
const BUFFER: usize = 64 << 10;

/// The media types that can be cleaned.
pub(crate) const CLEANED: [&str; 8] =
    ["image/jpeg", "image/png", "video/mp4", "video/quicktime", "video/3gpp", "audio/mp4", "audio/3gpp", "audio/wav"];

/// Copies a file without its metadata.
///
/// # Errors
/// It is not what its media type says, or reading or writing fails.
pub(crate) fn scrub(media: &str, input: impl Read, out: &mut impl Write) -> Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let (name, cleaned) = match media {
        "image/jpeg" => ("JPEG", jpeg(&mut input, out)),
        "image/png" => ("PNG", png(&mut input, out)),
        "audio/wav" => ("WAV", wav(&mut input, out)),
        _ => ("MP4", boxes(&mut input, out)),
    };
    cleaned.map_err(|e| if e.kind() == ErrorKind::UnexpectedEof { broken(name) } else { e })
}

/// Copies a file as it is.
pub(crate) fn plain(mut input: impl Read, out: &mut impl Write) -> Result<()> {
    std::io::copy(&mut input, out).map(drop)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("it is no {what}, or was damaged or cut off; take it again"))
}

fn array<const N: usize>(input: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn copy(input: &mut impl Read, out: &mut impl Write, length: u64) -> Result<()> {
    let copied = std::io::copy(&mut input.take(length), out)?;
    if copied == length { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn skip(input: &mut impl Read, length: u64) -> Result<()> {
    copy(input, &mut std::io::sink(), length)
}

/// Zeros in the place of something.
fn blank(input: &mut impl Read, out: &mut impl Write, length: u64) -> Result<()> {
    skip(input, length)?;
    copy(&mut std::io::repeat(0), out, length)
}

/// JPEG (ITU-T T.81): only what is needed to draw the picture is kept. Comments, application segments and extensions go, and
/// whatever lies behind the end; the density of JFIF, Adobe's colour transform and which way up it is stay, without what may hide beside
/// them.
fn jpeg(input: &mut impl BufRead, out: &mut impl Write) -> Result<()> {
    if array::<2>(input)? != [0xff, 0xd8] {
        return Err(broken("JPEG"));
    }
    out.write_all(&[0xff, 0xd8])?;
    let mut marker = next_marker(input)?;
    loop {
        match marker {
            0xd9 => return out.write_all(&[0xff, 0xd9]),
            // Frames but the reserved one, tables, scans, restarts, lines, hierarchy.
            0xc0..=0xc7 | 0xc9..=0xcf | 0xda..=0xdf => {
                let length = segment(input)?;
                let head = u16::try_from(length + 2).map_err(|_| broken("JPEG"))?.to_be_bytes();
                out.write_all(&[0xff, marker, head[0], head[1]])?;
                copy(input, out, length)?;
            }
            _ => {
                let length = segment(input)?;
                let mut start = Vec::new();
                let wanted = if marker == 0xe1 { length } else { length.min(12) };
                input.take(wanted).read_to_end(&mut start)?;
                skip(input, length - start.len() as u64)?;
                match (marker, start.as_slice()) {
                    (0xe0, [b'J', b'F', b'I', b'F', 0, density @ ..]) if density.len() == 7 => {
                        out.write_all(&[&[0xff, 0xe0, 0, 16][..], &start, &[0, 0]].concat())?;
                    }
                    (0xee, [b'A', b'd', b'o', b'b', b'e', ..]) if length == 12 => {
                        out.write_all(&[&[0xff, 0xee, 0, 14][..], &start].concat())?;
                    }
                    (0xe1, exif) => out.write_all(&upright(exif).unwrap_or_default())?,
                    _ => {}
                }
            }
        }
        marker = if marker == 0xda { scan(input, out)? } else { next_marker(input)? };
    }
}

fn next_marker(input: &mut impl Read) -> Result<u8> {
    if array::<1>(input)? != [0xff] {
        return Err(broken("JPEG"));
    }
    loop {
        match array::<1>(input)?[0] {
            0xff => {}
            0 => return Err(broken("JPEG")),
            marker => return Ok(marker),
        }
    }
}

fn segment(input: &mut impl Read) -> Result<u64> {
    let length = u16::from_be_bytes(array(input)?);
    u64::from(length).checked_sub(2).ok_or_else(|| broken("JPEG"))
}

/// The picture itself, up to the next marker.
fn scan(input: &mut impl BufRead, out: &mut impl Write) -> Result<u8> {
    loop {
        let here = input.fill_buf()?;
        if here.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let plain = here.iter().position(|b| *b == 0xff).unwrap_or(here.len());
        out.write_all(&here[..plain])?;
        let ended = plain < here.len();
        input.consume(plain + usize::from(ended));
        if !ended {
            continue;
        }
        let mut marker = 0xff;
        while marker == 0xff {
            marker = array::<1>(input)?[0];
        }
        match marker {
            // A stuffed byte, and the marks that let a decoder find its place again.
            0 | 0xd0..=0xd7 => out.write_all(&[0xff, marker])?,
            _ => return Ok(marker),
        }
    }
}

/// PNG (ISO/IEC 15948): what is needed to show the picture, and nothing behind its end.
fn png(input: &mut impl Read, out: &mut impl Write) -> Result<()> {
    const KEPT: [&[u8; 4]; 11] =
        [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"];
    let signature = array::<8>(input)?;
    if &signature != b"\x89PNG\r\n\x1a\n" {
        return Err(broken("PNG"));
    }
    out.write_all(&signature)?;
    loop {
        let (length, kind) = (array::<4>(input)?, array::<4>(input)?);
        let body = u64::from(u32::from_be_bytes(length)) + 4;
        if kind[0].is_ascii_uppercase() || KEPT.contains(&&kind) {
            out.write_all(&[length, kind].concat())?;
            copy(input, out, body)?;
        } else {
            skip(input, body)?;
        }
        if &kind == b"IEND" {
            return Ok(());
        }
    }
}

/// WAV: chunks other than sound and its format become empty ones, so that no length has to change.
fn wav(input: &mut impl Read, out: &mut impl Write) -> Result<()> {
    let head = array::<12>(input)?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        return Err(broken("WAV"));
    }
    out.write_all(&head)?;
    let mut left = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).saturating_sub(4);
    while left >= 8 {
        let (kind, length) = (array::<4>(input)?, array::<4>(input)?);
        let body = u64::from(u32::from_le_bytes(length));
        let body = (body + (body & 1)).min(left - 8);
        if [b"fmt ", b"data", b"fact"].contains(&&kind) {
            out.write_all(&[kind, length].concat())?;
            copy(input, out, body)?;
        } else {
            out.write_all(&[*b"JUNK", length].concat())?;
            blank(input, out, body)?;
        }
        left -= 8 + body;
    }
    Ok(())
}

/// MP4 and its kin (ISO/IEC 14496-12): boxes that describe become free space of the same length, because the index holds places
/// in the file.
fn boxes(input: &mut impl BufRead, out: &mut impl Write) -> Result<()> {
    let mut first = true;
    while !input.fill_buf()?.is_empty() {
        let head = array::<8>(input)?;
        let kind = [head[4], head[5], head[6], head[7]];
        if first && &kind != b"ftyp" {
            return Err(broken("MP4"));
        }
        first = false;
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (head, body) = match size {
            0 => return rest(&kind, input, out, &head),
            1 => {
                let wide = array::<8>(input)?;
                (([head, wide]).concat(), u64::from_be_bytes(wide).checked_sub(16))
            }
            _ => (head.to_vec(), u64::from(size).checked_sub(8)),
        };
        let body = body.ok_or_else(|| broken("MP4"))?;
        match &kind {
            b"moov" | b"moof" if body <= MAX_INDEX => {
                let mut index = vec![0; usize::try_from(body).map_err(|_| broken("MP4"))?];
                input.read_exact(&mut index)?;
                clean(&mut index, 0)?;
                out.write_all(&head)?;
                out.write_all(&index)?;
            }
            b"moov" | b"moof" => return Err(broken("MP4 with an index of a usual size")),
            b"ftyp" | b"mdat" | b"sidx" | b"mfra" | b"styp" => {
                out.write_all(&head)?;
                copy(input, out, body)?;
            }
            _ => {
                let mut head = head;
                head[4..8].copy_from_slice(b"free");
                out.write_all(&head)?;
                blank(input, out, body)?;
            }
        }
    }
    if first { Err(broken("MP4")) } else { Ok(()) }
}

/// A box that reaches to the end of the file.
fn rest(kind: &[u8; 4], input: &mut impl Read, out: &mut impl Write, head: &[u8]) -> Result<()> {
    if kind != b"mdat" {
        return Err(broken("MP4"));
    }
    out.write_all(head)?;
    std::io::copy(input, out).map(drop)
}

/// Cleans the boxes inside an index, in place.
fn clean(mut bytes: &mut [u8], depth: usize) -> Result<()> {
    const HOLDERS: [&[u8; 4]; 7] = [b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"traf"];
    const DESCRIBE: [&[u8; 4]; 5] = [b"udta", b"meta", b"uuid", b"XMP_", b"loci"];
    while bytes.len() >= 8 {
        let size = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let size = usize::try_from(size).ok().filter(|s| (8..=bytes.len()).contains(s)).ok_or_else(|| broken("MP4"))?;
        let (here, behind) = bytes.split_at_mut(size);
        let kind = [here[4], here[5], here[6], here[7]];
        if DESCRIBE.contains(&&kind) {
            here[4..8].copy_from_slice(b"free");
            here[8..].fill(0);
        } else if HOLDERS.contains(&&kind) && depth < 8 {
            clean(&mut here[8..], depth + 1)?;
        } else if &kind == b"hdlr" {
            handler(here)?;
        } else if [b"mvhd", b"tkhd", b"mdhd"].contains(&&kind) && here.len() >= 28 {
            // Times of creation and change: 4 bytes each, or 8 in version 1.
            let width = if here[8] == 1 { 16 } else { 8 };
            here[12..12 + width].fill(0);
        }
        bytes = behind;
    }
    Ok(())
}

/// The handler of a track. Its samples lie among the others, so a track that may tell where it was made cannot be taken out.
fn handler(hdlr: &mut [u8]) -> Result<()> {
    let (component, track) = (hdlr.get(12..16).unwrap_or_default(), hdlr.get(16..20).unwrap_or_default());
    if component != b"dhlr" && ![&b"vide"[..], b"soun"].contains(&track) {
        return Err(Error::new(ErrorKind::Unsupported, String::from_utf8_lossy(track)));
    }
    if let Some(name) = hdlr.get_mut(32..) {
        name.fill(0);
    }
    Ok(())
}
