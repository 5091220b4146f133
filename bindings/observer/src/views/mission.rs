//! The mission, its places and visits, and the checklists that were begun.

use super::count;
use crate::answers::Outcome;
use baqylau_forms::fill;
use baqylau_observer::app;

/// A code and what to read for it: a language, a level of places.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Named {
    /// As `kk` or `station`.
    pub code: String,
    /// In the phone's language; of a language, in that language.
    pub name: String,
}

impl<T: ToString> From<(String, T)> for Named {
    fn from((code, name): (String, T)) -> Self {
        Self { code, name: name.to_string() }
    }
}

record! {
    /// An invite as it reads before it is accepted; its certificate is verified with the bundle.
    InviteView from baqylau_protocol::certificate::Invite as i {
        /// The observer's name.
        name: String = i.name,
        /// The team.
        team: String = i.team,
        /// The role, as `sto`.
        role: String = i.role,
        /// The mission's servers.
        servers: Vec<String> = i.servers,
        /// Fingerprint of the mission's root key, to compare with the coordinators'.
        fingerprint: String = baqylau_observer::app::fingerprint(&i.root),
    }
}

mirror! {
    /// Why a bundle that came was not taken.
    BundleRefusal of baqylau_observer::BundleRefusal {
        /// The mission's root did not sign it, or it does not read.
        NotGenuine,
        /// The mission's root signed it, and it is of a later version than this app reads.
        AppTooOld,
        /// It is of another mission.
        OtherMission,
        /// Its version is older than the known one.
        Rollback,
        /// It does not follow the known one: two are in circulation.
        Fork,
        /// A part is not what the manifest names; it is fetched again.
        PartDamaged,
    }
}

record! {
    /// The mission as the verified bundle and the invite describe it.
    MissionView from app::MissionView as m {
        /// In the phone's language.
        title: String = m.title.to_string(),
        /// Fingerprint of its root key, to compare with the coordinators'.
        fingerprint: String = m.fingerprint,
        /// Version of its bundle.
        version: u64 = m.version,
        /// Codes and names, in the mission's order.
        languages: Vec<Named> = m.languages.into_iter().map(Into::into).collect(),
        /// The levels of places, from the top.
        levels: Vec<Named> = m.levels.into_iter().map(Into::into).collect(),
        /// Whether a visit may be at a place that is not in the list.
        unlisted_places: bool = m.unlisted_places,
        /// Whether the observer may set a second PIN, which wipes the phone and opens an empty mission.
        duress_pin: bool = m.duress_pin,
        /// The observer's name.
        name: String = m.name,
        /// The team.
        team: String = m.team,
        /// The role, as `sto`.
        role: String = m.role,
        /// Whether the bundle expired; reports can still be signed.
        expired: bool = m.expired,
        /// Whether a newer bundle was promised by now: somebody keeps it from this phone, nobody renewed it, or the phone's clock is wrong.
        overdue: bool = m.overdue,
        /// How far the phone's clock is ahead of the mission's, in milliseconds.
        clock_error_ms: i64 = m.clock_error,
        /// Why the last bundle that came was refused.
        bundle_refused: Option<BundleRefusal> = m.bundle_refused.map(Into::into),
        /// Names of checklists that are damaged on this phone; the next sync fetches them.
        lacking: Vec<String> = m.lacking,
    }
}

record! {
    /// A checklist on offer.
    ChecklistView from app::ChecklistView as c {
        /// As in `voting`; the same in every version.
        id: String = c.id,
        /// In the phone's language.
        title: String = c.title.to_string(),
        /// Free text of the checklist's author.
        version: String = c.version,
        /// Levels of places that it may be filled for.
        places: Vec<String> = c.places,
        /// Whether a visit without a place will do.
        place_optional: bool = c.place_optional,
        /// Whether it is filled once a visit, or any number of times.
        once: bool = c.once,
        /// Whether its reports go before all others.
        urgent: bool = c.urgent,
    }
}

record! {
    /// A place.
    PlaceView from app::PlaceView as p {
        /// Unique in the mission, as in `s00001`.
        code: String = p.code.to_string(),
        /// In the phone's language.
        label: String = p.label.to_string(),
        /// The id of a level, as in `station`.
        level: String = p.level,
        /// The names of the places that hold it, from the top.
        path: Vec<String> = p.path.iter().map(ToString::to_string).collect(),
        /// How far it is away, where that was asked.
        metres: Option<u32> = p.metres,
    }
}

record! {
    /// A checklist of a visit.
    DraftView from app::DraftView as d {
        /// Given by this phone, never twice.
        id: i64 = d.id,
        /// The checklist's id.
        checklist: String = d.checklist,
        /// The checklist's name.
        title: String = d.title.to_string(),
        /// Whether it was signed.
        finished: bool = d.finished,
        /// Whether there is a newer version, to carry it to.
        newer: bool = d.newer,
    }
}

record! {
    /// A visit. Moments are milliseconds since 1970.
    VisitView from app::VisitView as v {
        /// Readable and unique on this phone, as `T047-05`.
        code: String = v.code,
        /// The place.
        place: Option<PlaceView> = v.place.map(Into::into),
        /// The place in the observer's words.
        unlisted: Option<String> = v.unlisted,
        /// When the team arrived.
        arrived_ms: Option<i64> = v.arrived.map(|m| m.ms),
        /// When it left.
        departed_ms: Option<i64> = v.departed.map(|m| m.ms),
        /// How it went.
        outcome: Outcome = v.outcome.into(),
        /// `phone`, `paper` or `call`.
        mode: String = v.mode,
        /// Whether nothing of it can be read here any more.
        forgotten: bool = v.forgotten,
        /// Whether its key on this phone is damaged, so that nothing of it can be read. What was signed is delivered all the same.
        unreadable: bool = v.unreadable,
        /// The drafts and finished checklists.
        drafts: Vec<DraftView> = v.drafts.into_iter().map(Into::into).collect(),
    }
}

record! {
    /// How many questions are asked, and how many of them are answered.
    Progress from fill::Progress as p {
        /// Answered, missing values included.
        answered: u32 = count(p.answered),
        /// Asked.
        asked: u32 = count(p.asked),
    }
}
