//! The figures of the statement, computed from the log up to one head, and signed by as many desks as the mission asks for. Each of them computed
//! them by itself; with fewer signatures they are a draft.

use crate::bundle::{BundleError, Manifest, PartKind};
use crate::cbor::{self, Malformed};
use crate::certificate::{CertificateError, Role};
use crate::cose::{self, ObjectType};
use crate::enrolment::Enrolled;
use crate::ids::{DeviceId, Hash, MissionId, MissionRoot, Signature};
use crate::keys::SigningKey;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode};

/// Version of the file.
const VERSION: u8 = 1;
/// Most signatures of a file, and thus the most that a mission may ask for.
pub const MAX_SIGNERS: usize = 16;
/// Most figures of a statement, and most numbers of a list in it.
pub const MAX_FIGURES: usize = 4096;

/// What the desks sign.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StatedFigures {
    /// [`crate::VERSION`].
    #[n(0)]
    pub v: u8,
    /// The only mission in which it is valid.
    #[n(1)]
    pub mission: MissionId,
    /// [`Manifest::hash`] of the manifest under which it was computed and is signed.
    #[n(2)]
    pub manifest: Hash,
    /// Epoch of the log.
    #[n(3)]
    pub epoch: u32,
    /// How many leaves of that log it was computed from. A desk that signs must be listed at this place, as if the signature stood behind them.
    #[n(4)]
    pub size: u64,
    /// Merkle root over those leaves.
    #[n(5)]
    pub root: Hash,
    /// The desk that made it.
    #[n(6)]
    pub desk: DeviceId,
    /// When, by that desk's clock, in milliseconds since 1970.
    #[n(7)]
    pub at: i64,
    /// What was computed.
    #[n(8)]
    pub results: StatedResults,
}

/// What a desk computes from the first objects of a log: the same at every desk that reads them with the same tables.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct StatedResults {
    /// Over the tables that decide a number: equal where those are.
    #[n(0)]
    pub tables: Hash,
    /// Over everything that decides a number: besides the tables, which reports count and with which corrections.
    #[n(1)]
    pub fingerprint: Hash,
    /// People of the register with a confirmed phone.
    #[n(2)]
    pub people: u64,
    /// Number of reports by status, in the ascending order of its names; those that no report has are left out. At most [`MAX_FIGURES`].
    #[cbor(n(3), decode_with = "cbor::at_most::<_, _, MAX_FIGURES>")]
    pub reports: Vec<(String, u64)>,
    /// In the order of the mission's tables. At most [`MAX_FIGURES`].
    #[cbor(n(4), decode_with = "cbor::at_most::<_, _, MAX_FIGURES>")]
    pub figures: Vec<StatedFigure>,
}

impl StatedResults {
    /// SHA-256 of the encoding: short enough to be read aloud or printed beside the figures, and the same whoever computed them.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&cbor::encode(self))
    }
}

/// One figure, with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct StatedFigure {
    /// Unique in the mission.
    #[n(0)]
    pub id: String,
    /// As the text of the statement has it; empty where it has none yet.
    #[n(1)]
    pub published: String,
    /// As it was computed, in the same form.
    #[n(2)]
    pub computed: String,
    /// The numerator.
    #[n(3)]
    pub count: u64,
    /// The denominator.
    #[n(4)]
    pub base: u64,
    /// Reports that are unknown because the observer did not know.
    #[n(5)]
    pub do_not_know: u64,
    /// Because it was not permitted to be seen, or does not apply.
    #[n(6)]
    pub not_applicable: u64,
    /// Because it was left blank, or not asked.
    #[n(7)]
    pub not_answered: u64,
    /// Reports that were looked at.
    #[n(8)]
    pub forms: u64,
    /// Places with a report in the base.
    #[n(9)]
    pub places: u64,
    /// Of a breakdown: each choice, and how many chose it. At most [`MAX_FIGURES`].
    #[cbor(n(10), decode_with = "cbor::at_most::<_, _, MAX_FIGURES>")]
    pub parts: Vec<(String, u64)>,
}

/// A file with the figures, what proves that they are a mission's, and the desks' signatures.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SignedStatement {
    #[n(0)]
    version: u8,
    #[n(1)]
    root: MissionRoot,
    #[n(2)]
    manifest: ByteVec,
    #[n(3)]
    settings: ByteVec,
    #[n(4)]
    stated: ByteVec,
    #[cbor(n(5), decode_with = "cbor::at_most::<_, _, MAX_SIGNERS>")]
    signatures: Vec<DeskSignature>,
}

/// A desk's signature over the figures.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeskSignature {
    /// As the log has it: names the desk, and has its key.
    #[n(0)]
    enrolment: ByteVec,
    #[n(1)]
    signature: Signature,
}

/// A file whose signatures all hold, be they enough or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedStatement {
    /// Names the mission.
    pub root: MissionRoot,
    /// Under which it was signed.
    pub manifest: Manifest,
    /// The mission's settings, JSON, as that manifest names them: they say how many must sign.
    pub settings: Vec<u8>,
    /// What was signed.
    pub figures: StatedFigures,
    /// Who signed, ascending.
    pub signers: Vec<DeviceId>,
}

/// Why a file is no statement of its mission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// In another encoding or shape.
    #[error("it is no signed statement: {0}")]
    Malformed(#[from] Malformed),
    /// Of a later program.
    #[error("the file has version {found}; update this program")]
    Version {
        /// In the file.
        found: u8,
    },
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] BundleError),
    /// The figures are of another mission than the manifest.
    #[error("its figures are of the mission {found}, and its manifest is not")]
    Mission {
        /// As the figures say.
        found: MissionId,
    },
    /// The figures were signed under another manifest, or settings stand in it that the manifest does not name.
    #[error("the manifest or the settings in it are not those under which it was signed")]
    Changed,
    /// What names a desk.
    #[error("the enrolment of a desk in it does not verify: {0}")]
    Enrolment(#[from] CertificateError),
    /// A desk that speaks for nobody there.
    #[error(
        "desk {desk} signed it, and the root does not list it as a desk behind object {size}: it was ended, came later, or never was one"
    )]
    Unlisted {
        /// Its device.
        desk: DeviceId,
        /// [`StatedFigures::size`].
        size: u64,
    },
    /// A reader signs nothing.
    #[error("desk {desk} signed it, and is a reader, whose signatures count nowhere")]
    Reader {
        /// Its device.
        desk: DeviceId,
    },
    /// It was altered, or another key signed it.
    #[error("the signature of desk {desk} does not verify: the figures were altered, or it did not sign them")]
    Signature {
        /// Its device.
        desk: DeviceId,
    },
    /// One desk is one signature.
    #[error("desk {desk} signed it twice, or the signatures in it are out of order")]
    Twice {
        /// Its device.
        desk: DeviceId,
    },
    /// Whoever made it stands for it first.
    #[error("desk {desk}, which made it, did not sign it")]
    Maker {
        /// [`StatedFigures::desk`].
        desk: DeviceId,
    },
    /// The log that it was computed from has been replaced since, and the one of now has less of it.
    #[error(
        "it was computed from {size} objects of a log that was replaced since, of which {kept} were kept; make a new statement"
    )]
    Replaced {
        /// [`StatedFigures::size`].
        size: u64,
        /// What the log of now has of it.
        kept: u64,
    },
}

impl SignedStatement {
    /// One that nobody signed yet. The manifest is that of the figures, and names the settings.
    #[must_use]
    pub fn propose(root: MissionRoot, manifest: Vec<u8>, settings: Vec<u8>, figures: &StatedFigures) -> Self {
        let stated = cbor::encode(figures).into();
        Self {
            version: VERSION,
            root,
            manifest: manifest.into(),
            settings: settings.into(),
            stated,
            signatures: Vec::new(),
        }
    }

    /// Reads a file. Nothing in it is verified.
    ///
    /// # Errors
    /// It is none, or of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let mut d = Decoder::new(bytes);
        if let (Ok(Some(_)), Ok(found)) = (d.array(), d.u8())
            && found != VERSION
        {
            return Err(StatementError::Version { found });
        }
        d.set_position(0);
        let malformed = |detail| Malformed::Shape { what: "signed statement", detail };
        let statement: Self = d.decode().map_err(|e| malformed(e.to_string()))?;
        match cbor::is_encoding_of(bytes, &statement) {
            true => Ok(statement),
            false => Err(malformed("it is not written as this program would".into()).into()),
        }
    }

    /// The mission that the root names. The file vouches for itself only: compare it with one that came another way.
    #[must_use]
    pub fn mission(&self) -> MissionId {
        MissionId::of(self.root)
    }

    /// Adds a desk's signature. Whether the root lists the desk, [`SignedStatement::open`] says.
    pub fn sign(&mut self, enrolment: Vec<u8>, key: &SigningKey) {
        let signature = cose::detached(ObjectType::Statement, key, &[], &self.stated);
        self.signatures.push(DeskSignature { enrolment: enrolment.into(), signature });
        self.signatures.sort_by_key(DeskSignature::desk);
    }

    /// Verifies everything in it: the manifest under the root, the settings and the desks under the manifest, the signatures under the desks'
    /// keys.
    ///
    /// # Errors
    /// [`StatementError`] with the first that does not hold.
    pub fn open(&self) -> Result<VerifiedStatement, StatementError> {
        let manifest = Manifest::open(&self.manifest, self.root)?;
        let figures: StatedFigures = cbor::decode(&self.stated, "statement")?;
        if figures.mission != manifest.mission {
            return Err(StatementError::Mission { found: figures.mission });
        }
        let settings = Hash::of(&self.settings);
        let named = manifest.parts.iter().any(|part| part.kind == PartKind::Mission && part.hash == settings);
        if figures.manifest != Manifest::hash(&self.manifest) || figures.epoch != manifest.log.epoch || !named {
            return Err(StatementError::Changed);
        }
        let mut signers: Vec<DeviceId> = Vec::new();
        for signature in &self.signatures {
            let desk = signature.open(&self.stated, &figures, &manifest)?;
            if signers.last().is_some_and(|last| *last >= desk) {
                return Err(StatementError::Twice { desk });
            }
            signers.push(desk);
        }
        if !signers.contains(&figures.desk) {
            return Err(StatementError::Maker { desk: figures.desk });
        }
        Ok(VerifiedStatement { root: self.root, manifest, settings: self.settings.to_vec(), figures, signers })
    }

    /// As a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }
}

impl DeskSignature {
    fn desk(&self) -> DeviceId {
        DeviceId::of(Hash::of(&self.enrolment))
    }

    /// The desk, which must be in use under the manifest of the signature, and listed at the place of the figures.
    fn open(&self, payload: &[u8], figures: &StatedFigures, manifest: &Manifest) -> Result<DeviceId, StatementError> {
        let enrolled = Enrolled::open(&self.enrolment, &manifest.issuer_keys(), manifest.mission)?;
        let desk = enrolled.device;
        if manifest.readers.contains(&desk) {
            return Err(StatementError::Reader { desk });
        }
        // Whoever was ended when this manifest was signed, cannot have signed under it.
        let listed = manifest.is_current_desk(desk) && manifest.is_desk_at(desk, figures.size);
        if !listed || enrolled.role != Role::Desk {
            return Err(StatementError::Unlisted { desk, size: figures.size });
        }
        let key = enrolled.enrolment.device_key;
        match cose::is_signed(ObjectType::Statement, &key, payload, &self.signature) {
            true => Ok(desk),
            false => Err(StatementError::Signature { desk }),
        }
    }
}

impl VerifiedStatement {
    /// Whether it still holds under a later manifest: its desks speak at its place there too, and the log has what it was computed from.
    ///
    /// # Errors
    /// [`StatementError::Unlisted`] for a desk that was ended at an earlier place, [`StatementError::Replaced`] for a log of which less is left.
    pub fn holds_under(&self, later: &Manifest) -> Result<(), StatementError> {
        let size = self.figures.size;
        let ended = self.signers.iter().find(|desk| !later.is_desk_at(**desk, size));
        if let Some(desk) = ended {
            return Err(StatementError::Unlisted { desk: *desk, size });
        }
        match later.log.kept_since(self.figures.epoch) {
            Some(head) if head.size < size => Err(StatementError::Replaced { size, kept: head.size }),
            Some(_) | None => Ok(()),
        }
    }
}
