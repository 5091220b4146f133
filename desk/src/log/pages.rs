//! Pages of the log as they come, and whether they lead to what the server signed.

use crate::faults::{LogFault, Unverifiable};
use crate::store::{Gap, KnownDevice, LogObject};
use baqylau_protocol::authority::VouchedHead;
use baqylau_protocol::ids::{DeviceId, Hash};
use baqylau_protocol::merkle::MerkleTree;
use baqylau_protocol::receipt::TreeHead;
use baqylau_protocol::wire::{Damaged, LogEntry};
use std::collections::HashMap;

/// The objects of a page, and which of them the server says are damaged.
pub fn read(entries: Vec<LogEntry>, from: u64) -> (Vec<LogObject>, Vec<Gap>) {
    let (mut objects, mut gaps) = (Vec::with_capacity(entries.len()), Vec::new());
    for (entry, index) in entries.into_iter().zip(from..) {
        let LogEntry { received, object, damaged } = entry;
        let bytes: Vec<u8> = object.into();
        match damaged.filter(|d| d.hash != Hash::of(&bytes)) {
            Some(Damaged { hash, device, seq }) => {
                gaps.push(Gap { index, hash, received, device, seq: seq.min(i64::MAX as u64), desk: false });
                objects.push(LogObject { received, hash, bytes: Vec::new() });
            }
            None => objects.push(LogObject { received, hash: Hash::of(&bytes), bytes }),
        }
    }
    (objects, gaps)
}

/// A log that is being fetched.
pub struct Pulling {
    pub tree: MerkleTree,
    pub known: HashMap<DeviceId, KnownDevice>,
    /// Objects that do not verify: where the log does not add up, these are looked at first.
    pub suspects: Vec<(u64, Unverifiable)>,
    /// What the root vouches for: what the logs before left to this one.
    pub vouched: Vec<VouchedHead>,
    /// Whether it does not lead to what the server signed, or the root vouches for.
    pub misled: bool,
}

impl Pulling {
    /// Whether the log here leads to a head, as far as it covers the log.
    pub fn check(&mut self, head: &TreeHead) -> Result<(), LogFault> {
        if self.tree.root_at(head.size).is_some_and(|root| root != head.root) {
            self.misled = true;
            return Err(LogFault::root(head.size, &self.suspects));
        }
        match self.vouched.iter().find(|vouched| !vouched.holds(&self.tree)) {
            Some(vouched) => {
                self.misled = true;
                Err(LogFault::Vouched { size: vouched.size })
            }
            None => Ok(()),
        }
    }
}
