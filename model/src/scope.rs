//! How much may happen in a run of the checker: a model has an end only where mishaps have one.

/// How often each thing may still happen. Part of the state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spare {
    /// Reports that each phone signs.
    pub reports: u8,
    /// Answers that are lost on the way to a phone.
    pub lost_answers: u8,
    /// Phones that are destroyed.
    pub destroyed: u8,
    /// Meetings of a phone and the courier.
    pub meetings: u8,
    /// Decisions by hand, of both desks together.
    pub decisions: u8,
    /// Crashes of the server.
    pub crashes: u8,
    /// Times that the server is put back from an old copy.
    pub losses: u8,
    /// Times that the server shows phones another log than desks.
    pub forks: u8,
    /// Objects that the server logs without having to: one twice, or one of a desk that is not listed.
    pub smuggled: u8,
    /// Desks that the root ends.
    pub ends: u8,
    /// Times that another issuer takes over.
    pub issuers_ended: u8,
    /// Phones that the root reinstates.
    pub reinstatements: u8,
    /// New logs.
    pub epochs: u8,
    /// Pulls that are cut off.
    pub cuts: u8,
    /// Notices that the server hands out again.
    pub replays: u8,
}

/// What one run of the checker covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelScope {
    /// Phones that take part, 1 or 2.
    pub phones: u8,
    /// Whether the root lists the second desk.
    pub second_desk: bool,
    /// Whether it begins with a report of the first phone at both desks, or with nothing.
    pub begun: bool,
    /// How many desks have to have a report before it is read; 0 where desks say nothing of what they read.
    pub desks_to_read: u8,
    /// How much may happen.
    pub spare: Spare,
}

impl ModelScope {
    /// Reports on their way: answers that are lost, a server that crashes, goes back and is replaced, a courier.
    #[must_use]
    pub fn delivery() -> Self {
        let spare =
            Spare { reports: 1, lost_answers: 1, meetings: 2, crashes: 1, losses: 1, epochs: 1, ..Spare::default() };
        Self { phones: 2, second_desk: true, begun: false, desks_to_read: 0, spare }
    }

    /// A server that lies: it shows two logs, goes back, logs things twice.
    #[must_use]
    pub fn lies() -> Self {
        let spare = Spare { reports: 2, meetings: 2, losses: 1, forks: 1, smuggled: 1, epochs: 1, ..Spare::default() };
        Self { phones: 1, second_desk: true, begun: false, desks_to_read: 0, spare }
    }

    /// Desks that decide at the same time, are ended and stolen, and a log that is replaced meanwhile.
    #[must_use]
    pub fn authority() -> Self {
        let spare =
            Spare { reports: 2, decisions: 3, smuggled: 1, ends: 1, reinstatements: 1, epochs: 1, ..Spare::default() };
        Self { phones: 1, second_desk: true, begun: true, desks_to_read: 0, spare }
    }

    /// A phone that is destroyed before a log is replaced: only the desks have what it sent.
    #[must_use]
    pub fn destroyed_phone() -> Self {
        let spare = Spare { reports: 1, destroyed: 1, losses: 1, epochs: 1, ..Spare::default() };
        Self { phones: 1, second_desk: true, begun: true, desks_to_read: 0, spare }
    }

    /// A desk that made itself, with a stolen issuer's key.
    #[must_use]
    pub fn unlisted() -> Self {
        Self { second_desk: false, ..Self::authority() }
    }

    /// An issuer that is replaced, and ended from a place on; a server that goes back, logs what its key certified later, and is replaced.
    #[must_use]
    pub fn rotation() -> Self {
        let spare = Spare {
            reports: 1,
            lost_answers: 1,
            meetings: 1,
            losses: 1,
            smuggled: 1,
            issuers_ended: 1,
            epochs: 1,
            ..Spare::default()
        };
        Self { phones: 2, second_desk: true, begun: false, desks_to_read: 0, spare }
    }

    /// What desks read: a server that goes back, is replaced, and hands out old notices, and a desk that is ended.
    #[must_use]
    pub fn reading() -> Self {
        let spare =
            Spare { reports: 2, meetings: 1, losses: 1, ends: 1, epochs: 1, cuts: 1, replays: 1, ..Spare::default() };
        Self { phones: 1, second_desk: true, begun: false, desks_to_read: 1, spare }
    }

    /// The same where two desks have to have a report.
    #[must_use]
    pub fn read_by_two() -> Self {
        Self { desks_to_read: 2, ..Self::reading() }
    }
}
