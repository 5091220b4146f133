//! Why a bundle was not taken.

use baqylau_protocol::bundle::BundleError;

/// Why a bundle that came was not taken. The outbox keeps the code; `Display` is for terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum BundleRefusal {
    /// The mission's root did not sign it, or it does not read.
    #[error("the mission's root did not sign it, or it is damaged; tell the coordinators")]
    NotGenuine,
    /// The mission's root signed it, and it is of a later version than this program reads.
    #[error(
        "it is of a later version than this program: update the program. What is here stays in use, and reports are signed and delivered as before"
    )]
    AppTooOld,
    /// It is of another mission.
    #[error("it belongs to another mission; tell the coordinators")]
    OtherMission,
    /// Its version is older than the known one.
    #[error("it went back to an older version: somebody may be replaying an old one; tell the coordinators")]
    Rollback,
    /// It does not follow the known one.
    #[error("it does not follow the known one: two different bundles are in circulation; tell the coordinators")]
    Fork,
    /// A part is not what the manifest names.
    #[error("a part of it is damaged; it will be fetched again")]
    PartDamaged,
}

impl BundleRefusal {
    /// The stable code: the variant's name, in lower case with hyphens.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Reads what the outbox kept; an earlier version of this program kept words.
    pub(crate) fn of(kept: &[u8]) -> Self {
        std::str::from_utf8(kept).ok().and_then(|code| code.parse().ok()).unwrap_or(Self::NotGenuine)
    }
}

impl From<&BundleError> for BundleRefusal {
    fn from(e: &BundleError) -> Self {
        match e {
            BundleError::Cose(_) | BundleError::Root(_) | BundleError::Witnesses(_) => Self::NotGenuine,
            BundleError::Newer { .. } => Self::AppTooOld,
            BundleError::Mission { .. } => Self::OtherMission,
            BundleError::Rollback { .. } => Self::Rollback,
            BundleError::Fork { .. } => Self::Fork,
            BundleError::Part { .. } => Self::PartDamaged,
        }
    }
}
