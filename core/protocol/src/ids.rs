//! Fixed-length identifiers, hashes, keys and signatures. Their text form is lower-case hexadecimal.

use data_encoding::HEXLOWER;
use minicbor::{Decode, Decoder, Encode, Encoder};
use ring::digest::{SHA256, digest};
use std::fmt;

macro_rules! bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// From a slice; `None` unless it has exactly the right length.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// From lower-case hexadecimal; `None` if it is anything else or has the wrong length.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                Self::from_slice(&HEXLOWER.decode(text.as_bytes()).ok()?)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, e: &mut Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?;
                Ok(())
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::from_slice(d.bytes()?)
                    .ok_or_else(|| minicbor::decode::Error::message(concat!(stringify!($name), ": wrong length")).at(at))
            }
        }
    };
}

bytes! {
    /// The first 16 bytes of the SHA-256 of a [`MissionRoot`].
    MissionId, 16
}
bytes! {
    /// Pins a mission: its root key, or the hash of a [`crate::root::RootStatement`] where several people hold a key each. No bytes are
    /// both: whoever had a secret key to a given hash, or a statement to a given key, would have broken Ed25519 or SHA-256.
    MissionRoot, 32
}
bytes! {
    /// The first 16 bytes of the SHA-256 of a device's enrolment.
    DeviceId, 16
}
bytes! {
    /// A random identifier of the person an invite was issued to. Only the desks' register links it to a name.
    SubjectId, 16
}
bytes! {
    /// By which a phone asks for its rows of read notices ([`crate::notice::RowKey`]). Nobody else but desks can tell whose it is.
    RowLabel, 16
}
bytes! {
    /// A UUID version 7 (RFC 9562), made on the phone.
    ReportId, 16
}
bytes! {
    /// A SHA-256 digest.
    Hash, 32
}
bytes! {
    /// An Ed25519 public key (RFC 8032).
    PublicKey, 32
}
bytes! {
    /// An Ed25519 signature (RFC 8032).
    Signature, 64
}

impl Hash {
    /// The SHA-256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_slice(digest(&SHA256, bytes).as_ref()).expect("SHA-256 gives 32 bytes")
    }

    fn first(self) -> [u8; 16] {
        self.0[..16].try_into().expect("a hash has 16 bytes")
    }
}

impl From<PublicKey> for MissionRoot {
    fn from(key: PublicKey) -> Self {
        Self(key.0)
    }
}

impl From<&PublicKey> for MissionRoot {
    fn from(key: &PublicKey) -> Self {
        Self(key.0)
    }
}

impl From<&Self> for MissionRoot {
    fn from(root: &Self) -> Self {
        *root
    }
}

impl MissionId {
    /// The identifier of the mission with this root.
    #[must_use]
    pub fn of(root: impl Into<MissionRoot>) -> Self {
        Self(Hash::of(&root.into().0).first())
    }
}

impl DeviceId {
    /// The device that an enrolment with this hash creates. The same hash is the first `prev` of its chain.
    #[must_use]
    pub fn of(enrolment: Hash) -> Self {
        Self(enrolment.first())
    }
}

impl ReportId {
    /// A UUID version 7 from a time (milliseconds since 1970) and ten random bytes.
    #[must_use]
    pub fn new(unix_ms: i64, random: [u8; 10]) -> Self {
        let time = unix_ms.to_be_bytes();
        let mut id = [0; 16];
        id[..6].copy_from_slice(&time[2..]);
        id[6..].copy_from_slice(&random);
        id[6] = 0x70 | (id[6] & 0x0f);
        id[8] = 0x80 | (id[8] & 0x3f);
        Self(id)
    }
}
