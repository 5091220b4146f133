//! Work on many things at once.

use std::panic::resume_unwind;
use std::thread;

/// How many reports or objects are opened at once: enough for all cores, little for the memory.
pub(crate) const CHUNK: usize = 512;

/// Gives what `work` makes of each, in their order, on all cores. A panic in `work` is passed on.
pub(crate) fn map_on_all_cores<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    in_parts(all, |part| part.iter().map(&work).collect::<Vec<R>>(), || ()).0.into_iter().flatten().collect()
}

/// What `work` makes of each part, a part a core, in their order; and what the calling thread does meanwhile.
pub(crate) fn in_parts<T: Sync, R: Send, M>(
    all: &[T],
    work: impl Fn(&[T]) -> R + Sync,
    meanwhile: impl FnOnce() -> M,
) -> (Vec<R>, M) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let work = &work;
    thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(threads).max(1));
        let handles: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let other = meanwhile();
        (handles.into_iter().map(|h| h.join().unwrap_or_else(|panic| resume_unwind(panic))).collect(), other)
    })
}
