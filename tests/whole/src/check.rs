//! What must hold, whatever happens.

use crate::clock::HOUR;
use crate::day::{Day, told, told_by_desk};
use baqylau_desk::adjudication::status::StatusKind;
use std::collections::{BTreeMap, BTreeSet};

/// How often everybody is heard in the evening. What was refused waits up to a day.
const ROUNDS: usize = 12;

impl Day {
    /// After each step: what a phone shows as read, a desk has.
    pub(crate) fn holds(&self) {
        let had: BTreeSet<&String> = self.desks.iter().flat_map(|desk| &desk.had).collect();
        for (at, phone) in self.phones.iter().enumerate() {
            for hash in phone.read() {
                assert!(had.contains(&hash), "phone {at} shows as read what no desk has: {hash}");
            }
        }
    }

    /// Everything is mended, and everybody is heard often enough.
    pub(crate) fn evening(&mut self) {
        self.network.heal();
        self.server.put_clock(0);
        self.server.stop();
        self.server.start();
        self.phones.iter().for_each(|phone| phone.set_full(false));
        self.desks.iter().for_each(|desk| desk.set_full(false));
        self.phones.iter().for_each(|phone| phone.clocks.put(0));
        if self.went_back {
            let now = self.time.now();
            let pulled = self.desks[0].pull(None, now);
            self.trace.push(format!("Pull: {}", told_by_desk(&pulled)));
            let told = self.new_log();
            self.trace.push(format!("Epoch: {told}"));
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            self.time.pass(25 * HOUR);
            let now = self.time.now();
            let desk = &mut self.desks[0];
            let _retried = desk.attempt(None, |desk| desk.publish());
            let synced: Vec<String> =
                self.phones.iter_mut().map(|phone| told(&phone.attempt(None, |phone| phone.sync()))).collect();
            let pulled: Vec<String> = self.desks.iter_mut().map(|desk| told_by_desk(&desk.pull(None, now))).collect();
            self.trace.push(format!("Evening: {synced:?} {pulled:?}"));
            // One more: keys and registers that came with a pull are learned in the next.
            quiet += usize::from(self.is_quiet());
            if quiet > 1 {
                return;
            }
        }
    }

    fn is_quiet(&self) -> bool {
        let summaries = self.phones.iter().map(|phone| phone.app.as_ref().map(|app| app.summary()));
        summaries.into_iter().all(|summary| matches!(summary, Some(Ok(summary)) if summary.all_safe()))
    }

    /// In the end every report is at every desk, once, counts as it should, and its phone knows.
    pub(crate) fn ends_well(&self) {
        let mut expected: BTreeMap<String, StatusKind> = BTreeMap::new();
        for phone in &self.phones {
            let superseded: BTreeSet<i64> = phone.signed.iter().filter_map(|signed| signed.amends).collect();
            for signed in &phone.signed {
                let kind = if superseded.contains(&signed.seq) { StatusKind::Superseded } else { StatusKind::Counted };
                expected.insert(signed.hash.clone(), kind);
            }
        }
        for (at, desk) in self.desks.iter().enumerate() {
            let found = desk.statuses();
            let differ: Vec<_> = expected.iter().filter(|(hash, kind)| found.get(*hash) != Some(*kind)).collect();
            let differ: Vec<_> = differ.iter().map(|(hash, kind)| (hash, kind, found.get(*hash))).collect();
            assert!(differ.is_empty(), "desk {at} has (expected, found): {differ:?}");
            assert_eq!(found.len(), expected.len(), "desk {at} has what nobody signed");
            let (opened, faults) = desk.desk().verify_all().expect("it verifies");
            assert!(faults.is_empty() && opened >= expected.len(), "desk {at}: {faults:?}");
        }
        let figures: Vec<Vec<String>> = self.desks.iter().map(|desk| desk.figures()).collect();
        for others in figures.iter().skip(1) {
            let differ = figures[0].iter().zip(others).filter(|(one, other)| one != other);
            let differ: Vec<(&String, &String)> = differ.collect();
            assert!(differ.is_empty(), "the desks compute other figures: {differ:#?}");
        }
        for (at, phone) in self.phones.iter().enumerate() {
            let summary = phone.app.as_ref().map(|app| app.summary().expect("a summary"));
            assert!(summary.is_some_and(|summary| summary.all_safe()), "phone {at}: {summary:?}");
        }
    }
}
