//! How many states are tried, and what is told of them.

use crate::disk::{Contents, Disk, concerns};
use crate::mission::{Acknowledged, RecordedDay};
use crate::recording::{Inode, Recording, Step};
use crate::survival::{Dice, Survival};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// States that the tests try by default, of each of phone, server and desk.
pub const SMALL: u64 = 60;

/// What a machine had acknowledged when its power failed.
pub struct Cut<'d> {
    /// The day.
    pub day: &'d RecordedDay,
    /// How many steps of the whole recording were done.
    pub steps: usize,
}

impl<'d> Cut<'d> {
    /// What has to be there.
    pub fn acknowledged(&self) -> impl Iterator<Item = &'d Acknowledged> {
        let steps = self.steps;
        self.day.claims.iter().filter(move |a| a.at <= steps)
    }

    /// What may be there: it was asked for, and perhaps not acknowledged.
    pub fn begun(&self) -> impl Iterator<Item = &'d Acknowledged> {
        let steps = self.steps;
        self.day.claims.iter().filter(move |a| a.begun < steps || a.at <= steps)
    }
}

/// Opens what a power cut left in a folder, and says what is lost or wrong.
pub type Check = fn(&Path, &Cut<'_>) -> Result<(), String>;

/// One of phone, server and desk on a recorded day.
pub struct Machine<'d> {
    day: &'d RecordedDay,
    name: &'static str,
    recording: Recording,
    /// The numbers of its steps in the whole recording.
    numbers: Vec<usize>,
    check: Check,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many different states were opened.
    pub states: usize,
    /// By seed, what was lost or wrong.
    pub lost: BTreeMap<u64, String>,
}

/// A sync that was taken out.
#[derive(Debug)]
pub struct TakenOut {
    /// What it synced, as it was called first.
    pub what: PathBuf,
    /// What was lost without it; `None` where nothing was found.
    pub lost: Option<String>,
}

impl<'d> Machine<'d> {
    /// The machine of this name.
    #[must_use]
    pub fn of(day: &'d RecordedDay, name: &'static str, check: Check) -> Self {
        let (recording, numbers) = day.recording.of(name);
        Self { day, name, recording, numbers, check }
    }

    /// How many steps were recorded of it.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.numbers.len()
    }

    /// Whether everything that changed its files was recorded: the recording makes the files that are there.
    #[must_use]
    pub fn differences(&self) -> Vec<PathBuf> {
        let seen = Disk::after(&self.recording, self.steps(), None).seen();
        let recorded = seen.tree(&self.recording);
        let mut different: Vec<PathBuf> = Vec::new();
        for (path, bytes) in &recorded {
            let there = std::fs::read(self.day.folder.path().join(path)).ok();
            if bytes.is_some() && there.as_deref() != *bytes {
                different.push(path.clone());
            }
        }
        different
    }

    /// Tries states, one for each seed from the first on.
    #[must_use]
    pub fn tries(&self, seeds: std::ops::Range<u64>) -> Tried {
        let (mut tried, mut known) = (Tried::default(), HashSet::new());
        for seed in seeds {
            let mut dice = Dice::new(seed);
            let at = self.moment(&mut dice);
            let way = Survival::ALL[dice.below(Survival::ALL.len())];
            let disk = Disk::after(&self.recording, at, None);
            let fates = way.fates(&disk.uncertain(), &mut dice);
            let (left, cut) = (disk.with(&fates), self.cut(at));
            if !known.insert(self.fingerprint(&left, &cut)) {
                continue;
            }
            tried.states += 1;
            if let Err(why) = self.open(&left, &cut) {
                tried.lost.insert(seed, format!("{} after step {at} of {}, {way:?}: {why}", self.name, self.steps()));
            }
        }
        tried
    }

    /// When the power fails: half of the time just when something was acknowledged.
    fn moment(&self, dice: &mut Dice) -> usize {
        let any = dice.below(self.steps() + 1);
        let promised: Vec<usize> = self.promised().filter(|at| *at > 0).collect();
        let promised = promised.get(dice.below(promised.len() * 2));
        promised.copied().unwrap_or(any)
    }

    /// After how many of its own steps something was acknowledged.
    fn promised(&self) -> impl Iterator<Item = usize> {
        self.day.claims.iter().map(|a| self.numbers.partition_point(|n| *n < a.at))
    }

    /// Takes each sync out that had something to do, and looks for a loss.
    pub fn without_syncs(&self) -> impl Iterator<Item = TakenOut> {
        self.useful()
            .map(|(number, inode)| TakenOut { what: self.called(inode), lost: self.without(number, inode, CUTS) })
    }

    /// What is lost without one of the syncs of a file or folder; one whose name ends in `*` stands for all that begin so.
    #[must_use]
    pub fn without_one_of(&self, name: &str) -> Option<String> {
        let named = |path: &Path| match name.strip_suffix('*') {
            Some(beginning) => path.to_string_lossy().starts_with(beginning),
            None => path == Path::new(name),
        };
        let syncs: Vec<(usize, Inode)> = self.useful().filter(|(_, inode)| named(&self.called(*inode))).collect();
        // A glance at each first: it mostly shows.
        [1, CUTS]
            .into_iter()
            .find_map(|cuts| syncs.iter().find_map(|(number, inode)| self.without(*number, *inode, cuts)))
    }

    fn called(&self, inode: Inode) -> PathBuf {
        self.recording.called.get(inode).cloned().unwrap_or_default()
    }

    /// The syncs that had something to do.
    fn useful(&self) -> impl Iterator<Item = (usize, Inode)> {
        let syncs = self.recording.steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Sync(inode) => Some((number, *inode)),
            Step::Write(..) | Step::Resize(..) | Step::Names(_) => None,
        });
        syncs.filter(|(number, inode)| {
            let before = Disk::after(&self.recording, *number, None);
            before.uncertain().iter().any(|step| concerns(step, *inode))
        })
    }

    /// What is lost where the sync of this number did nothing. The next one of the same file makes good for it.
    /// Looks at so many moments in between, and at the last one.
    fn without(&self, skipped: usize, synced: Inode, cuts: usize) -> Option<String> {
        let next = self
            .recording
            .steps
            .iter()
            .skip(skipped + 1)
            .position(|step| matches!(step, Step::Sync(i) if *i == synced));
        let end = next.map_or(self.steps(), |behind| skipped + 1 + behind);
        let promised: BTreeSet<usize> = self.promised().filter(|at| *at > skipped && *at <= end).collect();
        let apart = ((end - skipped) / cuts).max(1);
        let between = (skipped + 1..end).step_by(apart).skip(1);
        let cuts = promised.into_iter().take(cuts).chain([end]).chain(between);
        let tries = cuts.flat_map(|at| WAYS.map(|way| (at, way)));
        let mut known = HashSet::new();
        tries.enumerate().find_map(|(seed, (at, way))| {
            let disk = Disk::after(&self.recording, at, Some(skipped));
            let fates = way.fates(&disk.uncertain(), &mut Dice::new(seed as u64));
            let (left, cut) = (disk.with(&fates), self.cut(at));
            if known.insert(self.fingerprint(&left, &cut)) { self.open(&left, &cut).err() } else { None }
        })
    }

    fn cut(&self, at: usize) -> Cut<'d> {
        // What was acknowledged before the next step of this machine.
        let steps = self.numbers.get(at).copied().unwrap_or(self.day.recording.steps.len());
        Cut { day: self.day, steps }
    }

    fn fingerprint(&self, left: &Contents, cut: &Cut<'_>) -> u64 {
        let mut hasher = DefaultHasher::new();
        left.tree(&self.recording).hash(&mut hasher);
        cut.acknowledged().count().hash(&mut hasher);
        hasher.finish()
    }

    fn open(&self, left: &Contents, cut: &Cut<'_>) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let place = folder.path().join(self.name);
        left.lay_out(&self.recording, self.name, &place).map_err(|e| e.to_string())?;
        let checked = catch_unwind(AssertUnwindSafe(|| (self.check)(&place, cut)));
        let checked = checked.unwrap_or_else(|_| Err("it panicked".into()));
        if checked.is_err() && std::env::var_os("BAQYLAU_POWER_KEEP").is_some() {
            let _kept = folder.keep();
        }
        checked
    }
}

/// How many moments are tried behind a sync that was taken out.
const CUTS: usize = 12;
/// What is tried there.
const WAYS: [Survival; 6] = [
    Survival::Nothing,
    Survival::NamesAlone,
    Survival::WithoutNames,
    Survival::OneAlone,
    Survival::AllButOne,
    Survival::Any,
];

/// The seeds that the environment asks for: `BAQYLAU_POWER` says how many states, `BAQYLAU_POWER_FROM` from which seed on.
#[must_use]
pub fn asked_for() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let from = number("BAQYLAU_POWER_FROM").unwrap_or(0);
    from..from + number("BAQYLAU_POWER").unwrap_or(SMALL)
}
