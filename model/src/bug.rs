//! Bugs that are planted, one at a time: what the checker would not find, it does not check.

/// A rule that is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlantedBug {
    /// A server answers with a receipt before what it proves is durable.
    ReceiptBeforeCommit,
    /// A server logs what it has already once more.
    ServerLogsTwice,
    /// A desk counts an envelope at every place where it stands.
    DeskCountsPlaces,
    /// A phone keeps a head that nothing proved to go on from the one before.
    HeadsAreNotCompared,
    /// A phone compares the head of a receipt that came by hand, and forgets it.
    HandedHeadsAreForgotten,
    /// A phone goes on showing what the new log does not have as delivered.
    PhoneKeepsReceipts,
    /// A phone keeps a receipt when the new log has as many objects, whatever they are.
    PhoneTrustsPlaces,
    /// A phone keeps the head that it had, though the new log began with another.
    PhoneKeepsHead,
    /// A phone takes a receipt by any key that ever signed heads.
    OldKeyProves,
    /// A desk whose log parted from what is vouched for stays with it.
    DeskStaysApart,
    /// A desk forgets what nobody vouched for when a new log begins.
    DeskForgetsStranded,
    /// A phone whose answer was lost does not send again.
    PhoneSendsOnce,
    /// What comes by courier is taken for delivered when it is handed to the courier.
    CourierIsDelivery,
    /// The last decision about a phone holds, whatever was before.
    LastRulingHolds,
    /// What a desk does by itself weighs as much as what a person decided.
    OwnMotionOverrules,
    /// A revoked phone is refused at the server, and nobody looks at the numbers at the desk.
    OnlyServerRevokes,
    /// A desk that was ended speaks on.
    EndedDeskSpeaks,
    /// Whoever has a desk's certificate is a desk.
    UnlistedDeskSpeaks,
    /// A phone that was reinstated is no longer decided about.
    ReinstatementHasNoEnd,
    /// A new log begins with less than the places that the manifest names: they mean other objects then.
    EpochBelowNamedPlaces,
    /// The root ends a desk, or reinstates a phone, at a place of a log that was replaced.
    PlacesOfTheOldLog,
    /// An issuer that was ended certifies on.
    EndedIssuerCertifies,
    /// Phones are judged by the issuers of now, not of the place where they enrolled.
    IssuersOfNowCertify,
    /// What a desk read that was ended since still counts.
    EndedDeskReads,
    /// An older notice takes the place of a newer one.
    OlderNoticeReplaces,
    /// A notice of the log before tells what the new one lacks.
    NoticeOutlivesItsLog,
    /// What a desk has not read is missing, however far it has come.
    UnreadIsMissing,
    /// One desk's word is enough, however many the mission asks for.
    OneDeskIsEnough,
    /// A phone throws its copy away when the server has the report.
    CopyGoesWhenStored,
    /// A desk says that it read what it pulled, before it opens it.
    PulledIsRead,
    /// What a desk lacks is shown as missing, and not sent again.
    MissingIsOnlyShown,
}

impl PlantedBug {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::ReceiptBeforeCommit,
        Self::ServerLogsTwice,
        Self::DeskCountsPlaces,
        Self::HeadsAreNotCompared,
        Self::HandedHeadsAreForgotten,
        Self::PhoneKeepsReceipts,
        Self::PhoneTrustsPlaces,
        Self::PhoneKeepsHead,
        Self::OldKeyProves,
        Self::DeskStaysApart,
        Self::DeskForgetsStranded,
        Self::PhoneSendsOnce,
        Self::CourierIsDelivery,
        Self::LastRulingHolds,
        Self::OwnMotionOverrules,
        Self::OnlyServerRevokes,
        Self::EndedDeskSpeaks,
        Self::UnlistedDeskSpeaks,
        Self::ReinstatementHasNoEnd,
        Self::EpochBelowNamedPlaces,
        Self::PlacesOfTheOldLog,
        Self::EndedIssuerCertifies,
        Self::IssuersOfNowCertify,
        Self::EndedDeskReads,
        Self::OlderNoticeReplaces,
        Self::NoticeOutlivesItsLog,
        Self::UnreadIsMissing,
        Self::OneDeskIsEnough,
        Self::CopyGoesWhenStored,
        Self::PulledIsRead,
        Self::MissingIsOnlyShown,
    ];
}
