//! Inflating what somebody else packed: what it comes to is learned block by block, and kept only when it is what was expected.

use crate::ids::Hash;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
use ring::digest::{Context, SHA256};

/// Bytes that are inflated at a time; the window of DEFLATE (32 KiB) comes on top.
const BLOCK: usize = 8 << 10;

/// SHA-256 and number of the bytes that a raw DEFLATE stream inflates to, in memory that does not grow with them. `None` if it is cut, has
/// bytes behind its end, is no such stream, or inflates to more than `limit` bytes.
pub fn hash_inflated(packed: &[u8], limit: usize) -> Option<(Hash, usize)> {
    let mut state = InflateState::new_boxed(DataFormat::Raw);
    let (mut left, mut context, mut inflated) = (packed, Context::new(&SHA256), 0usize);
    let mut block = [0; BLOCK];
    loop {
        let step = inflate(&mut state, left, &mut block, MZFlush::None);
        left = left.get(step.bytes_consumed..)?;
        inflated += step.bytes_written;
        if inflated > limit {
            return None;
        }
        context.update(block.get(..step.bytes_written)?);
        match step.status.ok()? {
            MZStatus::StreamEnd if left.is_empty() => {
                return Some((Hash::from_slice(context.finish().as_ref())?, inflated));
            }
            MZStatus::Ok if step.bytes_consumed + step.bytes_written > 0 => {}
            MZStatus::Ok | MZStatus::StreamEnd | MZStatus::NeedDict => return None,
        }
    }
}

/// Inflates a raw DEFLATE stream to exactly the bytes with this hash; `None` if they are others, or more than `limit`. Takes memory for them
/// only when they are the right ones.
pub fn inflate_to(packed: &[u8], hash: Hash, limit: usize) -> Option<Vec<u8>> {
    let (found, size) = hash_inflated(packed, limit)?;
    if found != hash {
        return None;
    }
    decompress_to_vec_with_limit(packed, size).ok()
}
