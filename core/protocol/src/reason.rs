//! What helps where something was not done.

/// Whether time or the person helps where something was not done, or nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonClass {
    /// Nothing: it stays refused.
    Final,
    /// Time: it is tried again by itself, or the same call may succeed later.
    Retry,
    /// The person: the reason's words say what to do.
    Act,
}
