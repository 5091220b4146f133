//! What the outbox holds under which name.

pub const ROOT: &str = "root";
pub const SERVERS: &str = "servers";
pub const TLS_ROOTS: &str = "tls_roots";
/// Where a SOCKS5 proxy listens; empty for none.
pub const PROXY: &str = "proxy";
pub const MANIFEST: &str = "manifest";
pub const BUNDLE_REFUSED: &str = "bundle_refused";
pub const ENROLMENT: &str = "enrolment";
pub const ENROLMENT_RECEIPT: &str = "enrolment_receipt";
pub const ENROLMENT_REFUSED: &str = "enrolment_refused";
pub const ANCHOR: &str = "anchor";
/// The largest signed head that is proved to go on from those before.
pub const HEAD: &str = "head";
/// A signed head that came without such a proof; empty when one came since.
pub const UNPROVED: &str = "unproved";
/// What an empty store begins with after the second PIN, sealed under the key that it opens.
pub const SPARE: &str = "spare";
pub const FAILURES: &str = "failures";
pub const LETTERS_FROM: &str = "letters_from";
/// How far the log was read by the desks that lacked letters here, when all letters were asked for last.
pub const LETTERS_ASKED: &str = "letters_asked";
pub const LETTERS_WHOLE: &str = "letters_whole";
pub const NOT_BEFORE: &str = "not_before";
/// When rows were asked for last although every desk had everything.
pub const ROWS_ASKED: &str = "rows_asked";
/// Names and opens the rows of read notices for this phone; made from what only an unlocked phone has.
pub const ROW_KEY: &str = "row_key";
