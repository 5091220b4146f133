//! A day: who does what is left to chance, and what must hold is looked at after each step.

use crate::clock::{HOUR, PhoneClocks, Time};
use crate::desk::SimulatedDesk;
use crate::dice::Dice;
use crate::line::{Network, Weather};
use crate::phone::SimulatedPhone;
use crate::server::SimulatedServer;
use crate::template::{DESKS, PEOPLE, Template, desk_folder, phone_config, phone_folder};
use baqylau_desk::{DeskError, RotatedKeys};
use baqylau_observer::Error;
use baqylau_observer::app::PhoneConfig;
use baqylau_tests::PASSPHRASE;
use std::sync::Arc;

/// How many things happen before the network and the disks are good for good.
const STEPS: u64 = 60;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A phone saves an answer.
    Answer,
    /// A phone signs its draft.
    Sign,
    /// A phone begins to correct a report.
    Amend,
    /// A phone is where there is a network.
    Sync,
    /// A phone is switched off and on.
    Restart,
    /// A phone hands what waits to another one.
    Carry,
    /// A phone hands what waits to a desk, and gets back what that has.
    Deliver,
    /// A phone's clock is put to another time.
    PhoneClock,
    /// A disk is full.
    Full,
    /// A desk pulls.
    Pull,
    /// A desk writes to everybody.
    Write,
    /// The server's program dies in the midst of something.
    Crash,
    /// It is started.
    StartServer,
    /// Its files are copied.
    Save,
    /// They are lost, and the copy is put in their place.
    PutBack,
    /// A new log takes the place of the one before.
    Epoch,
    /// The keys that all desks hold are replaced.
    Rotate,
    /// The server's clock is put to another time.
    ServerClock,
    /// Somebody is cut off, or reached again.
    Cut,
    /// The network becomes better or worse.
    Weather,
}

const ACTIONS: [(u64, Action); 20] = [
    (16, Action::Answer),
    (14, Action::Sign),
    (4, Action::Amend),
    (18, Action::Sync),
    (2, Action::Restart),
    (4, Action::Carry),
    (3, Action::Deliver),
    (3, Action::PhoneClock),
    (2, Action::Full),
    (12, Action::Pull),
    (2, Action::Write),
    (3, Action::Crash),
    (3, Action::StartServer),
    (2, Action::Save),
    (1, Action::PutBack),
    (1, Action::Epoch),
    (1, Action::Rotate),
    (1, Action::ServerClock),
    (3, Action::Cut),
    (5, Action::Weather),
];

/// Everybody.
pub struct Day {
    /// What happens.
    pub(crate) chance: Dice,
    pub(crate) time: Time,
    pub(crate) network: Arc<Network>,
    pub(crate) server: SimulatedServer,
    pub(crate) phones: Vec<SimulatedPhone>,
    pub(crate) desks: Vec<SimulatedDesk>,
    /// Whether a copy of the server's files took their place, and the log was not replaced since.
    pub(crate) went_back: bool,
    answers: i64,
    /// What happened, the same each time that the seed is played.
    pub trace: Vec<String>,
    folder: tempfile::TempDir,
}

pub(crate) fn told(outcome: &Result<(), Error>) -> String {
    match outcome {
        Ok(()) => "done".into(),
        Err(Error::Refused { why, .. }) => why.code().into(),
        Err(Error::Locked { .. }) => "locked".into(),
        Err(Error::Invalid(why)) => format!("invalid: {why}"),
        Err(Error::Storage(why)) => format!("storage: {why}"),
        Err(Error::Interrupted) => "interrupted".into(),
        Err(Error::Internal(why)) => format!("internal: {why}"),
    }
}

pub(crate) fn told_by_desk<T>(outcome: &Result<T, DeskError>) -> String {
    match outcome {
        Ok(_) => "done".into(),
        Err(why @ DeskError::Server { .. }) => format!("{}: {why}", why.code()),
        Err(why) => why.code().into(),
    }
}

impl Day {
    /// The morning of a day, with a server that has the mission.
    ///
    /// # Panics
    /// When anything fails: nothing is wrong yet.
    #[must_use]
    pub fn begin(template: &Template, seed: u64) -> Self {
        let folder = template.another();
        let time = Time::morning();
        let network = Network::new(Dice::new(seed, 1));
        let server = SimulatedServer::new(folder.path(), network.clone(), time.clone());
        server.start();
        let phone = |at: usize| {
            let clocks = PhoneClocks::new(time.clone(), Dice::new(seed, 100 + at as u64));
            let config = phone_config(phone_folder(folder.path(), at), clocks.clone(), template.missions.clone());
            let config = PhoneConfig { transport: Some(network.line(at)), ..config };
            let mut phone = SimulatedPhone::new(config, clocks);
            phone.start();
            phone
        };
        let phones: Vec<SimulatedPhone> = (0..PEOPLE.len()).map(phone).collect();
        let line = |desk| network.line(PEOPLE.len() + desk);
        let desks = (0..DESKS).map(|at| SimulatedDesk::new(desk_folder(folder.path(), at), line(at)));
        let desks: Vec<SimulatedDesk> = desks.collect();
        desks[0].desk().publish().expect("the mission is published");
        let (chance, answers, trace) = (Dice::new(seed, 0), 0, Vec::new());
        Self { chance, time, network, server, phones, desks, went_back: false, answers, trace, folder }
    }

    /// Plays the day to its end.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn play(&mut self) {
        for _ in 0..STEPS {
            let action = self.chance.weighted(&ACTIONS);
            let told = self.act(action);
            self.trace.push(format!("{action:?}: {told}"));
            self.time.pass(i64::try_from(self.chance.below(20 * 60_000)).unwrap_or_default());
            self.holds();
        }
        self.evening();
        self.ends_well();
    }

    fn some_phone(&mut self) -> usize {
        self.chance.place(self.phones.len())
    }

    fn some_desk(&mut self) -> usize {
        self.chance.place(self.desks.len())
    }

    /// Whether what happens now ends in a crash, and where.
    fn crash(&mut self, percent: u64) -> Option<Dice> {
        let (happens, seed) = (self.chance.happens(percent), self.chance.below(u64::MAX));
        happens.then(|| Dice::new(seed, 2))
    }

    fn act(&mut self, action: Action) -> String {
        match action {
            Action::Answer | Action::Sign | Action::Amend | Action::Sync | Action::Restart => self.on_a_phone(action),
            Action::Carry => self.carry(),
            Action::Deliver => self.deliver(),
            Action::PhoneClock => {
                let (at, hours) = (self.some_phone(), self.chance.below(1000));
                self.phones[at].clocks.put((i64::try_from(hours).unwrap_or_default() - 500) * HOUR);
                format!("phone {at}")
            }
            Action::Full => self.fill(),
            Action::Pull => self.pull(),
            Action::Write => {
                let (at, now) = (self.some_desk(), self.time.now());
                let written = self.desks[at].attempt(None, |desk| desk.records().message(&[], "à tous", now));
                format!("desk {at} {}", told_by_desk(&written))
            }
            Action::Rotate => self.rotate(),
            Action::Epoch => self.new_log(),
            Action::Crash | Action::StartServer | Action::Save | Action::PutBack | Action::ServerClock => {
                self.at_the_server(action)
            }
            Action::Cut => {
                let (end, off) = (self.chance.place(self.phones.len() + self.desks.len()), self.chance.happens(60));
                self.network.cut(end, off);
                format!("{end} {off}")
            }
            Action::Weather => {
                let mut up_to = |most| self.chance.below(most);
                let weather = Weather { lost: up_to(40), unanswered: up_to(40), doubled: up_to(30), lies: up_to(50) };
                let better = self.chance.happens(50);
                let weather = if better { Weather { lies: 0, ..weather } } else { weather };
                self.network.weather(weather);
                format!("{weather:?}")
            }
        }
    }

    fn on_a_phone(&mut self, action: Action) -> String {
        let at = self.some_phone();
        let mut crash = self.crash(15);
        self.answers += 1;
        let (number, chance) = (self.answers, &mut self.chance);
        let phone = &mut self.phones[at];
        let ready = phone.ready;
        let outcome = match action {
            Action::Sync => phone.attempt(crash.as_mut(), SimulatedPhone::sync),
            Action::Restart => {
                phone.kill();
                phone.start();
                Ok(())
            }
            _ if !ready => Ok(()),
            Action::Answer => phone.attempt(crash.as_mut(), |phone| phone.answer(number)),
            Action::Sign => phone.attempt(crash.as_mut(), SimulatedPhone::sign),
            _ => phone.attempt(crash.as_mut(), |phone| phone.amend(chance)),
        };
        format!("phone {at} {}", told(&outcome))
    }

    fn carry(&mut self) -> String {
        let (from, to) = (self.some_phone(), self.some_phone());
        let mut crash = self.crash(15);
        let file = self.phones[from].app.as_ref().map(baqylau_observer::ObserverApp::export_courier);
        let Some(Ok(file)) = file else { return format!("phone {from} has nothing") };
        let taken = self.phones[to].attempt(crash.as_mut(), |phone| phone.take(&file));
        format!("phone {from} to {to} {}", told(&taken))
    }

    fn deliver(&mut self) -> String {
        let (from, to) = (self.some_phone(), self.some_desk());
        let mut crash = self.crash(15);
        let file = self.phones[from].app.as_ref().map(baqylau_observer::ObserverApp::export_courier);
        let Some(Ok(file)) = file else { return format!("phone {from} has nothing") };
        let delivered = self.desks[to].attempt(crash.as_mut(), |desk| desk.deliver(&file, &[], &|_| ()));
        let told = told_by_desk(&delivered);
        let back = delivered.map(|done| self.phones[from].attempt(None, |phone| phone.take(&done.back)));
        format!("phone {from} to desk {to} {told} {}", back.as_ref().map_or_else(|_| String::new(), self::told))
    }

    fn fill(&mut self) -> String {
        let (at, full) = (self.chance.place(self.phones.len() + self.desks.len() + 1), self.chance.happens(50));
        match at.checked_sub(self.phones.len()) {
            None => self.phones[at].set_full(full),
            Some(desk) if desk < self.desks.len() => self.desks[desk].set_full(full),
            Some(_) => self.server.set_full(full),
        }
        format!("{at} {full}")
    }

    fn pull(&mut self) -> String {
        let (at, now) = (self.some_desk(), self.time.now());
        let mut crash = self.crash(15);
        let pulled = self.desks[at].pull(crash.as_mut(), now);
        format!("desk {at} {}", told_by_desk(&pulled))
    }

    /// The root key is at the first desk. What it signs is published when the server is reached.
    fn rotate(&mut self) -> String {
        let (now, both) = (self.time.now(), RotatedKeys { issuer: true, end_issuer: false, reading: true });
        let mut crash = self.crash(30);
        let rotated = self.desks[0].attempt(crash.as_mut(), |desk| desk.rotate(both, PASSPHRASE, now).map(drop));
        let published = self.desks[0].attempt(None, |desk| desk.publish());
        format!("{} {}", told_by_desk(&rotated), told_by_desk(&published))
    }

    fn at_the_server(&mut self, action: Action) -> String {
        let number = self.chance.below(120);
        match action {
            Action::Crash => self.server.crash_after(number),
            Action::StartServer => {
                self.server.stop();
                self.server.start();
            }
            Action::ServerClock => {
                let minutes = i64::try_from(number).unwrap_or_default() * 6 - 360;
                self.server.put_clock(minutes * 60_000);
            }
            Action::Save => {
                self.server.stop();
                self.server.save();
                self.server.start();
            }
            _ => {
                self.server.stop();
                self.went_back |= self.server.put_back();
                self.server.start();
            }
        }
        format!("{number} {}", self.went_back)
    }

    /// As the runbook says: export, begin, name the new key, publish.
    pub(crate) fn new_log(&mut self) -> String {
        let desk = &mut self.desks[0];
        let Ok(Some(log)) = desk.desk().heads().export() else { return "nothing was pulled".into() };
        self.server.stop();
        let begun = self.server.begin_again(&log);
        self.server.start();
        let (now, key, size) = (self.time.now(), begun.key, Some(begun.size));
        let signed = desk.attempt(None, |desk| desk.begin_log(key, size, PASSPHRASE, now).map(drop));
        let published = desk.attempt(None, |desk| desk.publish());
        self.went_back = false;
        format!("{} {} {}", begun.size, told_by_desk(&signed), told_by_desk(&published))
    }

    /// The folder of the day, kept for whoever looks into it.
    #[must_use]
    pub fn keep(self) -> std::path::PathBuf {
        self.folder.keep()
    }
}
