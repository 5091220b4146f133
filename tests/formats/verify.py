#!/usr/bin/env python3
"""Verifies an exported log of Baqylau, offline, with Python's standard library alone.

Follows docs/formats.md; the numbers in brackets are its sections. It shares no code with the programs it checks: the CBOR
reader and Ed25519 (cbor.py and ed25519.py beside this file) and the Merkle tree are its own.

    python3 verify.py log.cbor                 every enrolment, a random sample of the envelopes
    python3 verify.py --all log.cbor           every signature
    python3 verify.py --mission HEX log.cbor   and the file must be of this mission
    python3 verify.py one.cbor two.cbor        both, and whether one begins with the other or one key signed two logs
    python3 verify.py fork.cbor                the proof of that, as `baqylau verify --evidence` writes it

Exit status: 0 when nothing is wrong, 1 on any fault, 2 when it is called wrongly.
"""

import argparse
import hashlib
import json
import random
import sys

from cbor import (MAX_OBJECT, Fault, Reader, bstr, int_bytes, integer, list_of, map_of, of_bytes, one_of, read,
                  row_from, row_of, some_bytes, text, whole)
from ed25519 import check_itself, verifies

MAX_CLASS = 10
MAX_NAMED = 256                          # of issuers, desks and the like, each [1]
REPORT, ENVELOPE, MANIFEST, CERTIFICATE, ENROLMENT, ENROLLED, TREE_HEAD, STANDING = range(65001, 65009)
NAMES = {ENVELOPE: "envelope", MANIFEST: "manifest", CERTIFICATE: "certificate", ENROLMENT: "inner enrolment",
         ENROLLED: "enrolment", TREE_HEAD: "tree head", STANDING: "record of standings"}
CONFIRMED, CONTESTED, REVOKED = range(3)


def sha256(data):
    return hashlib.sha256(data).digest()


def entry_shape(v):
    """Of an exported log: when it was received, the object, and the hash of one that is not here."""
    return row_of(integer, some_bytes)(v) or row_of(integer, some_bytes, HASH)(v)


VERSION, MISSION, HASH, KEY = one_of(1), of_bytes(16), of_bytes(32), of_bytes(32)

READING_SHAPE = map_of({0: (whole(32), True), 1: (of_bytes(32), True), 2: (of_bytes(1216), True)})

TERM = (whole(64), whole(64))

LOG_SHAPE = row_of(whole(32), KEY, list_of(row_of(KEY, whole(64), HASH), MAX_NAMED))

MANIFEST_SHAPE = {                                                                            # [5]
    0: (one_of(2), True), 1: (MISSION, True), 2: (whole(64), True), 3: (HASH, False), 4: (integer, True), 5: (integer, True),
    6: (list_of(row_from(2, KEY, *TERM), MAX_NAMED), True), 7: (LOG_SHAPE, True), 8: (list_of(some_bytes, MAX_NAMED), True),
    9: (list_of(READING_SHAPE, MAX_NAMED), True), 10: (list_of(text, MAX_NAMED), True),
    11: (list_of(row_of(one_of(0, 1, 2), text, HASH, whole(64)), 1024), True),
    12: (list_of(row_from(2, of_bytes(16), *TERM), MAX_NAMED), True), 13: (list_of(row_of(of_bytes(16), whole(64)), 4096), True),
    14: (integer, True),
}
CERTIFICATE_SHAPE = {                                                                         # [6]
    0: (VERSION, True), 1: (MISSION, True), 2: (of_bytes(16), True), 3: (one_of(0, 1), True), 4: (KEY, True),
    5: (integer, True), 6: (HASH, True),
}
ENROLMENT_SHAPE = {                                                                           # [7]
    0: (VERSION, True), 1: (MISSION, True), 2: (some_bytes, True), 3: (KEY, True), 4: (of_bytes(32), True),
    5: (whole(32), True), 6: (of_bytes(1120), True), 7: (of_bytes(16), True), 8: (of_bytes(16), False),
}
HEADER_SHAPE = {                                                                              # [8]
    0: (VERSION, True), 1: (MISSION, True), 2: (of_bytes(16), True), 3: (whole(64), True), 4: (HASH, True),
    5: (one_of(*range(MAX_CLASS + 1)), True), 6: (whole(32), True), 7: (list_of(row_of(HASH, whole(64)), 4096), False),
    8: (of_bytes(16), False),
}
HEAD_SHAPE = {                                                                                # [11]
    0: (VERSION, True), 1: (MISSION, True), 2: (whole(64), True), 3: (HASH, True), 4: (integer, True),
}
STANDING_SHAPE = {                                                                            # [12]
    0: (VERSION, True), 1: (MISSION, True), 2: (of_bytes(16), True), 3: (integer, True),
    4: (lambda v: isinstance(v, bool), True),
    5: (list_of(row_from(3, of_bytes(16), one_of(CONFIRMED, CONTESTED, REVOKED), whole(64), HASH), 10_000), True),
}


def payload_map(data, shape, what, version=1):
    value = read(data)
    if isinstance(value, dict) and value.get(0) != version:
        raise Fault(f"{what}: version {value.get(0)}, this program knows {version}")
    if not map_of(shape)(value):
        raise Fault(f"{what}: not of the specified shape")
    return value


# ---------------------------------------------------------------- signed objects [3]

def protected(kind):
    return bytes([0xa2, 0x01, 0x27, 0x10, 0x19]) + kind.to_bytes(2, "big")


def kind_of(data):
    """The type that an object says it has, or None."""
    if len(data) < 11 or data[:3] != b"\xd2\x84\x47" or data[3:8] != protected(0)[:5]:
        return None
    return int.from_bytes(data[8:10], "big")


class Signed:
    """A signed object taken apart, not yet verified."""

    def __init__(self, kind, data):
        what = NAMES[kind]
        if len(data) > MAX_OBJECT:
            raise Fault(f"{what}: {len(data)} bytes, the limit is {MAX_OBJECT}")
        if kind_of(data) != kind:
            raise Fault(f"{what}: not a signed object of this type")
        start = b"\xd2\x84\x47" + protected(kind) + b"\xa0"
        if not data.startswith(start):
            raise Fault(f"{what}: an unprotected header")
        reader = Reader(data)
        reader.at = len(start)
        self.payload, self.signature = reader.item(), reader.item()
        if not some_bytes(self.payload) or not of_bytes(64)(self.signature) or reader.at != len(data):
            raise Fault(f"{what}: not payload and signature, and nothing else")
        self.kind = kind

    def verify(self, key, aad=b""):
        verify_signature(self.kind, key, self.payload, self.signature, aad)


def verify_signature(kind, key, payload, signature, aad=b""):
    signed = b"\x84\x6aSignature1" + bstr(protected(kind)) + bstr(aad) + bstr(payload)
    if not verifies(key, signed, signature):
        raise Fault(f"{NAMES[kind]}: the signature does not verify")


# ---------------------------------------------------------------- the log [11]

def leaf_hash(object_hash, received):
    return sha256(b"\x00" + b"\x83\x01" + bstr(object_hash) + int_bytes(received))


def tree_root(leaves):
    """The root of RFC 6962, section 2.1: a stack of complete subtrees, folded from the right."""
    stack = []
    for leaf in leaves:
        size = 1
        while stack and stack[-1][0] == size:
            leaf = sha256(b"\x01" + stack.pop()[1] + leaf)
            size *= 2
        stack.append((size, leaf))
    if not stack:
        return sha256(b"")
    root = stack.pop()[1]
    while stack:
        root = sha256(b"\x01" + stack.pop()[1] + root)
    return root


def covers(term, place):
    """Whether an issuer or a desk, [name, from, ? until], speaks at a place of the log [5]."""
    return term[1] <= place and (len(term) < 3 or place < term[2])


class Standings:
    """What records come to, in the order of the log [12]."""

    def __init__(self, manifest):
        self.desks, self.reinstated, self.held = manifest[12], manifest[13], {}

    def hear(self, place, record):
        """The next record; False where its desk is not listed there."""
        if not any(desk[0] == record[2] and covers(desk, place) for desk in self.desks):
            return False
        for decision in record[5]:
            device = decision[0]
            void = any(r[0] == device and place < r[1] for r in self.reinstated)
            if not void and not any(desk[0] == device for desk in self.desks):
                self.decide(device, decision[1:], record[4])
        return True

    def decide(self, device, new, by_hand):
        held = self.held.get(device)
        if held is None or (held[0] != REVOKED and (by_hand or new[0] == REVOKED)):
            self.held[device] = new
        elif held[0] == REVOKED and new[0] == REVOKED:
            # The smaller number, then the smaller hash; none is the smallest.
            self.held[device] = min(held, new, key=lambda d: (d[1], d[2] if len(d) > 2 else b""))

    def count(self, standing):
        return sum(held[0] == standing for held in self.held.values())


class Device:
    """An enrolled device, and what it sent."""

    def __init__(self, key, enrolment, late, desk):
        self.key = key
        self.desk = desk
        self.enrolment = enrolment
        self.late = late
        self.sent = {}                       # seq to [(prev, hash)]


def checked_manifest(manifest):                                                               # [5]
    """The manifest, where it names what it must beyond its shape."""
    numbers = [key[0] for key in manifest[9]]
    if not manifest[6] or not numbers or any(b <= a for a, b in zip(numbers, numbers[1:])):
        raise Fault("manifest: no issuer, no reading key, or reading keys that do not ascend")
    if manifest[7][0] != len(manifest[7][2]):
        raise Fault("manifest: it does not name every log before")
    return manifest


class Rooted:
    """What a root pins: opens a manifest and, by the keys that it names, whatever goes with it."""

    def __init__(self, root):
        self.root_key = root
        self.mission = sha256(root)[:16]
        self.signatures = 0

    def open_manifest(self, data):                                                            # [5]
        """By the one root key, or by as many of several as must sign."""
        if data[:1] != b"\x83":
            return checked_manifest(self.open(MANIFEST, data, [self.root_key], MANIFEST_SHAPE, 2))
        joint = read(data)
        if not row_of(some_bytes, some_bytes, list_of(row_of(whole(8), of_bytes(64))))(joint):
            raise Fault("manifest: not one that several sign")
        statement, payload, signatures = joint
        if sha256(statement) != self.root_key:
            raise Fault("manifest: its keys are not the root")
        who = read(statement)
        if not row_of(whole(8), list_of(KEY))(who):
            raise Fault("root statement: not of the specified shape")
        needed, keys = who
        if not (2 <= len(keys) <= 16 and 1 <= needed <= len(keys)) or any(b <= a for a, b in zip(keys, keys[1:])):
            raise Fault("root statement: too few or too many keys or signatures, or keys that do not ascend")
        numbers = [number for number, _ in signatures]
        if len(numbers) != needed or any(b <= a for a, b in zip(numbers, numbers[1:])) or numbers[-1] >= len(keys):
            raise Fault(f"manifest: not {needed} signatures in their order")
        for number, signature in signatures:
            verify_signature(MANIFEST, keys[number], payload, signature)
        self.signatures += needed
        value = payload_map(payload, MANIFEST_SHAPE, NAMES[MANIFEST], 2)
        if value[1] != self.mission:
            raise Fault("manifest: of another mission")
        return checked_manifest(value)

    def open(self, kind, data, keys, shape, version=1):
        """Verifies an object under one of some keys and reads its payload."""
        signed = Signed(kind, data)
        for number, key in enumerate(keys):
            try:
                signed.verify(key)
                break
            except Fault:
                if number + 1 == len(keys):
                    raise
        else:
            raise Fault(f"{NAMES[kind]}: there is no key to verify it with")
        self.signatures += 1
        self.opened_by = key
        value = payload_map(signed.payload, shape, NAMES[kind], version)
        if value[1] != self.mission:
            raise Fault(f"{NAMES[kind]}: of another mission")
        return value


class Log(Rooted):
    """An exported log [15], as it is verified."""

    def __init__(self, data):
        self.faults = []
        self.devices = {}
        self.envelopes = self.unverified = self.late = self.gaps = self.backwards = self.ignored = 0
        exported = read(data, limit=None)
        if not (isinstance(exported, list) and exported and exported[0] == 1):
            raise Fault("not an exported log of version 1")
        shape = row_of(VERSION, KEY, some_bytes, list_of(entry_shape), some_bytes)
        if not shape(exported):
            raise Fault("not of the shape of an exported log")
        _, root, manifest, entries, head = exported
        super().__init__(root)
        self.entries = [entry[:2] for entry in entries]
        # Of objects that are not here: the server's copy is damaged.
        self.lost = {at: entry[2] for at, entry in enumerate(entries) if len(entry) == 3}
        self.manifest = self.open_manifest(manifest)
        epoch = self.manifest[7]
        self.sound = True                    # whether the objects lead to the head
        self.head = self.open(TREE_HEAD, head, [epoch[1]] + [before[0] for before in epoch[2]], HEAD_SHAPE)
        self.head_key = self.opened_by
        self.standings = Standings(self.manifest)
        # What the log of now has of each log before.
        self.vouched = [min(epoch[2][at:], key=lambda before: before[1]) for at in range(len(epoch[2]))]

    def verify(self, sample):
        """Everything; `sample` is how many envelopes have their signatures verified, None for all."""
        hashes = [self.lost.get(at, sha256(data)) for at, (_, data) in enumerate(self.entries)]
        self.tree(hashes)
        kinds = [kind_of(data) for _, data in self.entries]
        chosen = [at for at, kind in enumerate(kinds) if kind == ENVELOPE]
        if sample is not None and sample < len(chosen):
            chosen = random.SystemRandom().sample(chosen, sample)
        chosen, seen = set(chosen), {}
        for at, (received, data) in enumerate(self.entries):
            try:
                if at in self.lost:
                    raise Fault("it is here, and said not to be" if data else "not here: the server's copy is damaged")
                if hashes[at] in seen:
                    raise Fault(f"the same as object {seen[hashes[at]]}")
                seen[hashes[at]] = at
                if kinds[at] == ENROLLED:
                    self.enrolment(at, received, data, hashes[at])
                elif kinds[at] == STANDING:
                    self.standing(at, data)
                elif kinds[at] == ENVELOPE:
                    self.envelope(data, hashes[at], at in chosen)
                else:
                    raise Fault("neither enrolment, record nor envelope")
            except Fault as fault:
                self.faults.append(f"object {at}: {fault}")
        for name, device in self.devices.items():
            self.chain(name, device)

    def tree(self, hashes):
        times_ = [received for received, _ in self.entries]
        self.backwards = sum(later < earlier for earlier, later in zip(times_, times_[1:]))
        self.leaves = [leaf_hash(h, t) for h, t in zip(hashes, times_)]
        self.sound = len(hashes) == self.head[2] and tree_root(self.leaves) == self.head[3]
        if len(hashes) != self.head[2]:
            self.faults.append(f"{len(hashes)} objects, the tree head is for {self.head[2]}")
        elif not self.sound:
            self.faults.append("the objects do not lead to the root that the server signed")
        for _, size, root in self.vouched:
            if size <= len(self.leaves) and tree_root(self.leaves[:size]) != root:
                self.faults.append(f"it does not begin with the {size} objects that the root vouches for")

    def enrolment(self, place, received, data, object_hash):                                  # [7]
        outer = Signed(ENROLLED, data)
        inner = Signed(ENROLMENT, outer.payload)
        value = payload_map(inner.payload, ENROLMENT_SHAPE, "enrolment")
        if value[1] != self.mission:
            raise Fault("enrolment: of another mission")
        issuers = [issuer[0] for issuer in self.manifest[6] if covers(issuer, place)]
        certificate = self.open(CERTIFICATE, value[2], issuers, CERTIFICATE_SHAPE)
        outer.verify(certificate[4])
        inner.verify(value[3])
        self.signatures += 2
        late = received > certificate[5]
        self.late += late
        self.devices[object_hash[:16]] = Device(value[3], object_hash, late, certificate[3] == 1)

    def standing(self, place, data):                                                          # [12]
        signed = Signed(STANDING, data)
        record = payload_map(signed.payload, STANDING_SHAPE, "record of standings")
        if record[1] != self.mission:
            raise Fault("record of standings: of another mission")
        desk = self.devices.get(record[2])
        if desk is None:
            raise Fault("record of standings: its desk did not enrol before it")
        signed.verify(desk.key)
        self.signatures += 1
        self.ignored += not self.standings.hear(place, record)

    def envelope(self, data, object_hash, with_signature):                                    # [8]
        signed = Signed(ENVELOPE, data)
        body = read(signed.payload)
        if not row_of(some_bytes, some_bytes)(body):
            raise Fault("envelope: not header and sealed bytes")
        header = payload_map(body[0], HEADER_SHAPE, "envelope header")
        if header[1] != self.mission:
            raise Fault("envelope: of another mission")
        if len(data) != 1000 << header[5]:
            raise Fault(f"envelope: {len(data)} bytes, its class says {1000 << header[5]}")
        if not 1 <= header[3] < 1 << 63:
            raise Fault(f"envelope: number {header[3]}")
        if len(body[1]) < 48:
            raise Fault("envelope: too short for what is sealed")
        device = self.devices.get(header[2])
        if device is None:
            raise Fault("envelope: its device did not enrol before it")
        if 8 in header and not device.desk:
            raise Fault("envelope: a letter that no desk wrote")
        if with_signature:
            signed.verify(device.key)
            self.signatures += 1
        else:
            self.unverified += 1
        device.sent.setdefault(header[3], []).append((header[4], object_hash))
        self.envelopes += 1

    def chain(self, name, device):
        """Links by the numbers that are there; what is missing is counted."""
        before, number = [device.enrolment], 0
        for seq in sorted(device.sent):
            links = device.sent[seq]
            missing = seq - number - 1
            self.gaps += missing
            if len(links) > 1:
                self.faults.append(f"device {name.hex()}: {len(links)} envelopes have the number {seq}")
            if not missing and any(prev not in before for prev, _ in links):
                self.faults.append(f"device {name.hex()}: envelope {seq} does not follow the one before")
            before, number = [link for _, link in links], seq


# ---------------------------------------------------------------- two logs, and the proof of a fork [15]

def compare(one, other):
    """How two verified logs stand to each other: the outcome, and what it names."""
    if not (one.sound and other.sound):
        return {"outcome": "unsound", "which": [not one.sound, not other.sound]}
    if one.root_key != other.root_key:
        return {"outcome": "other-mission"}
    newest = one if one.manifest[2] >= other.manifest[2] else other
    if one.head_key == other.head_key:
        shared = min(len(one.leaves), len(other.leaves))
        first = first_difference(one, other, shared)
        if first is None:
            return {"outcome": "consistent", "shared": shared}
        return {"outcome": "forked", "key": one.head_key.hex(), "first": first}
    _, latest, before = newest.manifest[7]
    keys = [head[0] for head in before] + [latest]
    if one.head_key not in keys or other.head_key not in keys:
        return {"outcome": "other-key"}
    earlier, later = sorted((one, other), key=lambda log: keys.index(log.head_key))
    kept = min(head[1] for head in before[keys.index(earlier.head_key):keys.index(later.head_key)])
    first = first_difference(earlier, later, min(kept, len(earlier.leaves), len(later.leaves)))
    if first is None:
        return {"outcome": "replaced", "kept": kept}
    return {"outcome": "parted", "key": earlier.head_key.hex(), "first": first}


def first_difference(one, other, shared):
    return next((at for at in range(shared) if one.leaves[at] != other.leaves[at]), None)


def root_from_path(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2; None where the path is none of this place."""
    if index >= size:
        return None
    at, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = sha256(b"\x01" + sibling + node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


RECEIPT_SHAPE = row_of(some_bytes, whole(64), integer, list_of(HASH, 64))
FORK_SHAPE = row_of(VERSION, KEY, some_bytes, KEY, row_of(HASH, RECEIPT_SHAPE), row_of(HASH, RECEIPT_SHAPE))


class Fork(Rooted):
    """The proof that one key signed two logs."""

    def __init__(self, data):
        value = read(data, limit=None)
        if not FORK_SHAPE(value):
            raise Fault("not of the shape of a proof of two logs")
        _, root, manifest, self.key, one, other = value
        super().__init__(root)
        opened = self.open_manifest(manifest)
        if self.key not in [opened[7][1]] + [head[0] for head in opened[7][2]]:
            raise Fault("no log of the mission has this key")
        leaves = [self.leaf(*side) for side in (one, other)]
        if leaves[0] == leaves[1] or one[1][1] != other[1][1]:
            raise Fault("its heads do not contradict each other")
        self.first = one[1][1]

    def leaf(self, object_hash, receipt):
        """The leaf that a receipt of the key is for."""
        head, index, received, path = receipt
        opened = self.open(TREE_HEAD, head, [self.key], HEAD_SHAPE)
        leaf = leaf_hash(object_hash, received)
        if root_from_path(leaf, index, opened[2], path) != opened[3]:
            raise Fault("a path in it does not lead to its head")
        return leaf


def is_fork(data):
    """Whether a file is a proof of two logs: an array of six, where a log is one of five."""
    return data[:1] == b"\x86"


# ---------------------------------------------------------------- the command

def opened(path, args):
    """A file, verified: a log or the proof of two."""
    with open(path, "rb") as file:
        data = file.read()
    found = Fork(data) if is_fork(data) else Log(data)
    if args.mission and args.mission.replace(" ", "").lower() != found.mission.hex():
        raise Fault(f"the file is of the mission {found.mission.hex()}")
    if isinstance(found, Log):
        found.verify(None if args.all else max(args.sample, 0))
    return found


class Broken:
    """One of two files that does not even open."""

    sound = False

    def __init__(self, fault):
        self.faults = [str(fault)]


def as_json(log):
    if isinstance(log, Broken):
        return {"faults": log.faults}
    return {
        "mission": log.mission.hex(), "manifest": log.manifest[2], "epoch": log.manifest[7][0], "objects": len(log.entries),
        "devices": len(log.devices), "late": log.late, "envelopes": log.envelopes, "missing": log.gaps,
        "signatures": log.signatures, "unverified": log.unverified, "faults": log.faults,
        "confirmed": log.standings.count(CONFIRMED), "contested": log.standings.count(CONTESTED),
        "revoked": log.standings.count(REVOKED), "ignored": log.ignored,
    }


def show(log):
    if isinstance(log, Broken):
        print(f"FAULT {log.faults[0]}")
        return
    print(f"mission    {log.mission.hex()}, manifest version {log.manifest[2]}")
    print(f"log        {len(log.entries)} objects, the tree head is for {log.head[2]}")
    for epoch, before in enumerate(log.manifest[7][2]):
        print(f"           log {epoch} was replaced when the desks had verified {before[1]} objects of it")
    print(f"devices    {len(log.devices)} enrolled, {log.late} of them late")
    print(f"envelopes  {log.envelopes} in {sum(bool(d.sent) for d in log.devices.values())} chains, {log.gaps} missing")
    print(f"signatures {log.signatures} verified, {log.unverified} of envelopes left out" + (" (--all)" if log.unverified else ""))
    held = [f"{log.standings.count(s)} {name}" for name, s in (("confirmed", CONFIRMED), ("contested", CONTESTED), ("revoked", REVOKED))]
    print(f"standings  {', '.join(held)}; {log.ignored} records by desks that the root did not list there")
    if log.backwards:
        print(f"note       the server's clock went back {log.backwards} times")
    for fault in log.faults:
        print(f"FAULT {fault}")


def show_comparison(said, files):
    """In words; whether all is well."""
    outcome = said["outcome"]
    if outcome == "unsound":
        for path, wrong in zip(files, said["which"]):
            if wrong:
                print(f"TAMPERED {path}: it does not lead to what the server signed, and accuses no server")
    elif outcome == "forked":
        print(f"FORKED at object {said['first']}: the key {said['key']} signed two logs. Whoever has it lied to one of the desks")
    elif outcome == "parted":
        print(f"PARTED at object {said['first']}: the log of the key {said['key']} is not the one that the root vouches for")
    elif outcome == "consistent":
        print(f"consistent: both begin with the same {said['shared']} objects")
    elif outcome == "replaced":
        print(f"consistent: the later log begins with the {said['kept']} objects that the root vouches for")
    else:
        print(f"NOT COMPARED: {outcome}")
    return outcome in ("consistent", "replaced")


def main():
    parser = argparse.ArgumentParser(description="Verifies exported logs of Baqylau.")
    parser.add_argument("file")
    parser.add_argument("other", nargs="?", help="another log, to be compared")
    parser.add_argument("--all", action="store_true", help="verify the signatures of all envelopes, not of a sample")
    parser.add_argument("--sample", type=int, default=50, metavar="N", help="size of the sample (50)")
    parser.add_argument("--mission", metavar="HEX", help="the mission that the file must be of")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    args = parser.parse_args()
    check_itself()
    files = [args.file] + ([args.other] if args.other else [])
    found = []
    for path in files:
        try:
            found.append(opened(path, args))
        except OSError as error:
            print(f"{path}: {error.strerror}", file=sys.stderr)
            return 1
        except Fault as fault:
            if args.other:
                found.append(Broken(fault))
                continue
            print(json.dumps({"faults": [str(fault)]}) if args.json else f"FAULT {fault}")
            return 1
    if isinstance(found[0], Fork):
        fork = found[0]
        said = {"mission": fork.mission.hex(), "key": fork.key.hex(), "first": fork.first}
        print(json.dumps(said) if args.json else f"PROVED: the key {said['key']} signed two logs, which differ at object {fork.first}")
        return 0
    if len(found) == 2:
        said = compare(*found)
        if args.json:
            print(json.dumps({"logs": [as_json(log) for log in found], "comparison": said}))
            well = said["outcome"] in ("consistent", "replaced")
        else:
            for path, log in zip(files, found):
                print(f"{path}:")
                show(log)
            well = show_comparison(said, files)
        return 0 if well and not any(log.faults for log in found) else 1
    log = found[0]
    if args.json:
        print(json.dumps(as_json(log)))
        return 1 if log.faults else 0
    show(log)
    print("good" if not log.faults else f"{len(log.faults)} faults")
    return 1 if log.faults else 0


if __name__ == "__main__":
    sys.exit(main())
