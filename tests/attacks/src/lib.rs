//! Programs that attack a mission: a server that lies, a desk that was stolen, a member who cheats, and somebody outside. They speak the
//! formats of `docs/formats.md` by themselves and use no crate of this repository, so that no safeguard of a client keeps them from lying.

pub mod answers;
pub mod cbor;
pub mod cose;
pub mod device;
pub mod envelope;
pub mod invite;
pub mod line;
pub mod seal;
pub mod server;
pub mod tree;

/// SHA-256, as everything is named by.
pub type Hash = [u8; 32];
/// A mission's, device's or subject's name.
pub type Name = [u8; 16];

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    out
}

/// The name that begins a hash: of a mission by its root key, of a device by its enrolment.
#[must_use]
pub fn name(bytes: &[u8]) -> Name {
    let mut out = [0; 16];
    out.copy_from_slice(&sha256(bytes)[..16]);
    out
}

/// Random bytes.
///
/// # Panics
/// When the system has none.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut out).expect("the system has randomness");
    out
}

/// As paths and texts have it.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
