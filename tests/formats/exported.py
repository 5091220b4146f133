"""An exported log of docs/formats.md, as it is verified; the numbers in brackets are its sections."""

import random
import unicodedata

from cbor import Fault, encode, integer, list_of, of_bytes, read, row_of, some_bytes, whole
from signed import (CERTIFICATE, CERTIFICATE_SHAPE, ENROLLED, ENROLMENT, ENROLMENT_SHAPE, ENVELOPE, HASH, HEADER_SHAPE,
                    HEAD_SHAPE, KEY, MANIFEST, MANIFEST_SHAPE, NAMES, REVOKED, STANDING, STANDING_SHAPE, TREE_HEAD, VERSION,
                    Signed, kind_of, leaf_hash, payload_map, sha256, tree_root, verify_signature)


def entry_shape(v):
    """Of an exported log: when it was received, the object, and the hash of one that is not here."""
    return row_of(integer, some_bytes)(v) or row_of(integer, some_bytes, HASH)(v)


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
    check_witnesses(manifest[16], manifest[17], [manifest[7][1]] + [before[0] for before in manifest[7][2]])
    return manifest


def check_witnesses(witnesses, needed, logs):                                                 # [5]
    names, keys = [w[0] for w in witnesses], [w[1] for w in witnesses]
    if any(not name or any(c == "+" or c.isspace() or unicodedata.category(c) == "Cc" for c in name) for name in names):
        raise Fault("manifest: a witness with a name that no signature can have")
    if len(set(keys)) != len(keys) or any(key in logs for key in keys):
        raise Fault("manifest: a witness twice, or the log as its own witness")
    if needed > len(keys):
        raise Fault("manifest: it asks for more witnesses than it names")


def manifest_hash(data):                                                                      # [5]
    """The same whoever of several signed it."""
    return sha256(data if data[:1] != b"\x83" else encode(read(data)[:2] + [[]]))


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

    def open_enrolment(self, data, issuers):                                                  # [7]
        """The enrolment and its certificate, under one of some issuers' keys."""
        outer = Signed(ENROLLED, data)
        inner = Signed(ENROLMENT, outer.payload)
        value = payload_map(inner.payload, ENROLMENT_SHAPE, "enrolment")
        if value[1] != self.mission:
            raise Fault("enrolment: of another mission")
        certificate = self.open(CERTIFICATE, value[2], issuers, CERTIFICATE_SHAPE)
        outer.verify(certificate[4])
        inner.verify(value[3])
        self.signatures += 2
        return value, certificate


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
        issuers = [issuer[0] for issuer in self.manifest[6] if covers(issuer, place)]
        value, certificate = self.open_enrolment(data, issuers)
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
