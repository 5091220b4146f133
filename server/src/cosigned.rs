//! The heads that witnesses were shown lately, with their cosignatures, and how far each witness is. In memory: a witness cosigns a head
//! again when it is asked again.

use baqylau_protocol::checkpoint::NoteKey;
use baqylau_protocol::ids::Hash;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most heads that are kept for the cosignatures of slow witnesses: about a minute of a busy log.
const HEADS: usize = 64;

/// A head of the log as it is shown to every witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownHead {
    /// Number of leaves.
    pub size: u64,
    /// Merkle root over them.
    pub root: Hash,
    /// The checkpoint, signed by the log.
    pub note: String,
}

/// How far one witness is.
struct Witnessing {
    /// As a label's value of a metric.
    name: String,
    /// The largest head that it cosigned since the start; 0 for none.
    size: u64,
    alarmed: bool,
}

#[derive(Default)]
struct Kept {
    /// The latest last, each with the lines of the witnesses by their place in the list.
    heads: VecDeque<(Arc<ShownHead>, BTreeMap<usize, String>)>,
    witnesses: Vec<Witnessing>,
}

/// Shared by the submitters and the handlers.
#[derive(Default)]
pub(crate) struct Cosigned(Mutex<Kept>);

impl Cosigned {
    pub fn new<'k>(witnesses: impl IntoIterator<Item = &'k NoteKey>) -> Self {
        let names = witnesses.into_iter().map(|key| key.name.replace('\\', "\\\\").replace('"', "\\\""));
        let witnesses = names.map(|name| Witnessing { name, size: 0, alarmed: false }).collect();
        Self(Mutex::new(Kept { heads: VecDeque::new(), witnesses }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a place for the cosignatures of a head that witnesses are about to see.
    pub fn show(&self, head: Arc<ShownHead>) {
        let mut kept = self.kept();
        kept.heads.push_back((head, BTreeMap::new()));
        while kept.heads.len() > HEADS {
            let Some(at) = kept.least() else { break };
            kept.heads.remove(at);
        }
    }

    /// Keeps a cosignature that was verified.
    pub fn add(&self, witness: usize, head: &ShownHead, line: String) {
        let mut kept = self.kept();
        if let Some((_, lines)) = kept.heads.iter_mut().find(|(shown, _)| **shown == *head) {
            lines.insert(witness, line);
        }
        if let Some(state) = kept.witnesses.get_mut(witness) {
            state.size = state.size.max(head.size);
            state.alarmed = false;
        }
    }

    /// Notes that a witness and this log contradict each other.
    pub fn alarm(&self, witness: usize) {
        if let Some(state) = self.kept().witnesses.get_mut(witness) {
            state.alarmed = true;
        }
    }

    /// The cosignatures on one head.
    pub fn on(&self, size: u64, root: Hash) -> String {
        let kept = self.kept();
        let found = kept.heads.iter().rev().find(|(head, _)| (head.size, head.root) == (size, root));
        found.map(|(_, lines)| lines.values().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The latest head with at least so many cosignatures, and them.
    pub fn latest(&self, needed: usize) -> Option<String> {
        let kept = self.kept();
        let (head, lines) = kept.heads.iter().rev().find(|(_, lines)| lines.len() >= needed)?;
        Some(head.note.clone() + &lines.values().map(String::as_str).collect::<String>())
    }

    /// Lines of `/v1/metrics`.
    pub fn metrics(&self) -> String {
        let mut out = String::new();
        for Witnessing { name, size, alarmed } in &self.kept().witnesses {
            let _ = writeln!(out, "baqylau_witness_size{{witness=\"{name}\"}} {size}");
            let _ = writeln!(out, "baqylau_witness_alarm{{witness=\"{name}\"}} {}", u8::from(*alarmed));
        }
        out
    }
}

impl Kept {
    /// The oldest head that says no more than a later one: as many witnesses or fewer. There is always one where heads are more than
    /// witnesses.
    fn least(&self) -> Option<usize> {
        let mut most_behind = None;
        let mut least = None;
        for (at, (_, lines)) in self.heads.iter().enumerate().rev() {
            if most_behind.is_some_and(|most| lines.len() <= most) {
                least = Some(at);
            }
            most_behind = most_behind.max(Some(lines.len()));
        }
        least
    }
}
