//! The roster on its way to the server and back. What is put upon what, [`crate::people::rosters`] decides.

use crate::error::DeskError;
use crate::log::link::ServerLink;
use crate::people::rosters::Rosters;
use baqylau_protocol::ids::DeviceId;
use baqylau_protocol::routes;

/// How often a roster is put upon another desk's that came in between. Each time that one lost, another won.
const TRIES: u32 = 50;

/// Sends the roster to the server; upon that of another desk, where that was faster.
pub(crate) fn publish_roster(link: &ServerLink<'_>, rosters: Rosters<'_>, now: i64) -> Result<(), DeskError> {
    match send(link, rosters) {
        Err(DeskError::Conflict { .. }) => settle_roster(link, rosters, &link.enrolled(now)?),
        done => done,
    }
}

fn send(link: &ServerLink<'_>, rosters: Rosters<'_>) -> Result<(), DeskError> {
    let Some((_, bytes)) = rosters.known.roster()? else { return Ok(()) };
    link.post(routes::ROSTER, &bytes)?;
    rosters.note_published(&bytes)
}

/// Brings this desk's roster and the server's together, and publishes what is new in this one.
pub(crate) fn settle_roster(link: &ServerLink<'_>, rosters: Rosters<'_>, identity: &DeviceId) -> Result<(), DeskError> {
    let mut tries = 0;
    loop {
        let remote = link.read_if_there(identity, routes::ROSTER)?;
        if let Some(remote) = &remote {
            rosters.rebase(remote)?;
        }
        if rosters.known.roster()?.is_none_or(|(_, bytes)| Some(&bytes) == remote.as_ref()) {
            return Ok(());
        }
        match send(link, rosters) {
            Err(DeskError::Conflict { .. }) if tries < TRIES => tries += 1,
            done => return done,
        }
    }
}
