#!/usr/bin/env python3
"""Proves that verify.py says no: makes small logs with keys of its own, good ones and ones with a single fault that is
signed all the same, and looks at what the verifier makes of them.

    python3 check_verify.py                        the verifier beside this file
    python3 check_verify.py --binary baqylau       and where `baqylau verify` says something else
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile

import ed25519
from cbor import Fault, Raw, bstr, encode as enc
from exported import Log
from signed import (CERTIFICATE, CONFIRMED, CONTESTED, ENROLLED, ENROLMENT, ENVELOPE, MANIFEST, REVOKED, STANDING, TREE_HEAD,
                    Signed, leaf_hash, protected, sha256, tree_root)
from verify import Fork, compare

NOW = 1_679_200_000_000


class Key:
    """An Ed25519 key made from a name: for tests only."""

    def __init__(self, name):
        digest = hashlib.sha512(hashlib.sha256(name.encode()).digest()).digest()
        scalar = bytearray(digest[:32])
        scalar[0] &= 248
        scalar[31] = scalar[31] & 127 | 64
        self.scalar, self.prefix = int.from_bytes(scalar, "little"), digest[32:]
        self.public = ed25519.compress(ed25519.times_base(self.scalar))

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ed25519.L
        point = ed25519.compress(ed25519.times_base(r))
        k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % ed25519.L
        return point + ((r + k * self.scalar) % ed25519.L).to_bytes(32, "little")


def cose(kind, key, payload, unprotected=b"\xa0"):
    signed = b"\x84\x6aSignature1" + bstr(protected(kind)) + b"\x40" + bstr(payload)
    return b"\xd2\x84\x47" + protected(kind) + unprotected + bstr(payload) + bstr(key.sign(signed))


ROOT, ISSUER, RECEIPT, INVITE, PHONE, OTHER = (Key(n) for n in ("root", "issuer", "receipt", "invite", "phone", "other"))
MISSION = sha256(ROOT.public)[:16]


def manifest(signer=ROOT, **changes):
    return cose(MANIFEST, signer, manifest_payload(**changes))


def manifest_payload(**changes):
    fields = {0: 2, 1: MISSION, 2: 1, 4: NOW, 5: NOW + 10 ** 9, 6: [[ISSUER.public, 0]], 7: [0, RECEIPT.public, []], 8: [],
              9: [reading(1)], 10: ["https://example.org"], 11: [], 12: [], 13: [], 14: NOW + 10 ** 9,
              15: [], 16: [], 17: 0}
    return enc(changed(fields, changes))


HOLDERS = sorted((ROOT, ISSUER, OTHER), key=lambda key: key.public)


def statement(needed=2, holders=None):
    return enc([needed, [key.public for key in holders or HOLDERS]])


def mission_of(who):
    return sha256(sha256(who))[:16]


def joint_manifest(by, who=None, forged=False, **changes):
    """A manifest that several sign: `by` are (number, key)."""
    who = who or statement()
    payload = manifest_payload(**{"_1": mission_of(who), **changes})
    signed = b"\x84\x6aSignature1" + bstr(protected(MANIFEST)) + b"\x40" + bstr(payload)
    return enc([who, payload, [[number, key.sign(signed + b"!" if forged else signed)] for number, key in by]])


def joint(by, who=None, named=None, objects=(), **more):
    """A log whose manifest several sign; empty, if nothing else is said."""
    who = who or statement()
    return log(objects, mission=mission_of(who), made=joint_manifest(by, who, **more), pinned=sha256(named or who))


def reading(number):
    return {0: number, 1: bytes(32), 2: bytes(1216)}


def name(enrolled):
    return sha256(enrolled)[:16]


def decided(enrolled, decisions, device=PHONE, by_hand=True, **changes):
    """A record by the desk that enrolled."""
    fields = {0: 1, 1: MISSION, 2: name(enrolled), 3: NOW, 4: by_hand, 5: decisions}
    return cose(STANDING, device, enc(changed(fields, changes)))


def changed(fields, changes):
    out = dict(fields)
    for name, value in changes.items():
        out[int(name[1:])] = value
    return {key: value for key, value in out.items() if value is not None}


def certificate(signer=ISSUER, **changes):
    fields = {0: 1, 1: MISSION, 2: bytes(16), 3: 0, 4: INVITE.public, 5: NOW + 10 ** 9, 6: bytes(32)}
    return cose(CERTIFICATE, signer, enc(changed(fields, changes)))


def enrolment(device=PHONE, invite=INVITE, signer=None, nonce=0, **changes):
    fields = {0: 1, 1: MISSION, 2: certificate(), 3: device.public, 4: bytes(32), 5: 1, 6: bytes(1120), 7: bytes([nonce] * 16)}
    inner = cose(ENROLMENT, signer or device, enc(changed(fields, changes)))
    return cose(ENROLLED, invite, inner)


def envelope(enrolled, seq, prev, device=PHONE, salt=0, header=None, length=1000, **changes):
    fields = {0: 1, 1: MISSION, 2: sha256(enrolled)[:16], 3: seq, 4: prev, 5: 0, 6: 1}
    header = header or enc(changed(fields, changes))
    # From 256 bytes on, the heads of the strings keep their length.
    size = 400
    while True:
        out = cose(ENVELOPE, device, enc([header, bytes([salt]) * size]))
        if len(out) == length:
            return out
        size += length - len(out)


def chain(count, enrolled, **more):
    """An enrolment and a chain behind it."""
    out, prev = [enrolled], sha256(enrolled)
    for seq in range(1, count + 1):
        out.append(envelope(enrolled, seq, prev, **more))
        prev = sha256(out[-1])
    return out


def log(objects, size=None, root=None, signer=RECEIPT, mission=MISSION, made=None, entries=None, start=1, lost=None,
        pinned=ROOT.public, **changes):
    lost = lost or {}
    entries = entries or [(NOW + at, data) for at, data in enumerate(objects)]
    hashes = [lost.get(at, sha256(data)) for at, (_, data) in enumerate(entries)]
    true_root = tree_root(leaf_hash(h, received) for h, (received, _) in zip(hashes, entries))
    fields = {0: 1, 1: mission, 2: len(entries) if size is None else size, 3: root or true_root, 4: NOW}
    head = cose(TREE_HEAD, signer, enc(changed(fields, changes)))
    return enc([start, pinned, made or manifest(), [
        [received, data] + ([lost[at]] if at in lost else []) for at, (received, data) in enumerate(entries)], head])


def root_of(objects):
    """The root over the leaves that `log` gives these objects."""
    return tree_root(leaf_hash(sha256(data), NOW + at) for at, data in enumerate(objects))


def cases():
    """Name, bytes, and whether they are good."""
    good = chain(3, enrolment())
    first, second = good[1], good[2]
    two = good + chain(2, enrolment(OTHER, nonce=1), device=OTHER)
    late = enrolment(_2=certificate(_5=NOW - 1))
    high = envelope(good[0], (1 << 63) - 1, bytes(32))
    yield "a chain of three", log(good), True
    yield "two devices", log(two), True
    yield "an empty log", log([]), True
    yield "a missing envelope", log(good[:2] + good[3:]), True
    yield "the first envelope missing", log(good[:1] + good[2:]), True
    yield "a late enrolment", log([late]), True
    yield "a chain out of order", log([good[0], second, first]), True
    yield "a very high number", log(good[:1] + [high]), True
    yield "too high a number", log(good[:1] + [envelope(good[0], 1 << 63, bytes(32))]), False
    desk = enrolment(_2=certificate(_3=1))
    yield "a letter by a desk", log([desk, envelope(desk, 1, sha256(desk), _8=bytes(16))]), True
    yield "numbers at every length", log(chain(30, good[0])), True
    yield "the clock going back", log(good, entries=[(NOW - at, data) for at, data in enumerate(good)]), True
    yield "an optional key", log([enrolment(_8=bytes(16))]), True

    yield "bytes after the end", log(good) + b"\0", False
    yield "another version of the file", log(good, start=2), False
    yield "another size", log(good, size=3), False
    yield "another root", log(good, root=bytes(32)), False
    yield "head by a key that is no receipt key", log(good, signer=ISSUER), False
    yield "head of another mission", log(good, mission=bytes(16)), False
    yield "head with an unknown key", log(good, _9=1), False
    yield "head of another v", log(good, _0=2), False
    yield "manifest not by the root", log(good, made=manifest(ISSUER)), False
    yield "manifest of another mission", log(good, made=manifest(_1=bytes(16))), False
    yield "manifest of another issuer", log(good, made=manifest(_6=[[OTHER.public, 0]])), False
    yield "manifest of another v", log(good, made=manifest(_0=1)), False
    yield "manifest without an issuer", log([], made=manifest(_6=[])), False
    yield "manifest without a reading key", log(good, made=manifest(_9=[])), False
    yield "manifest whose reading keys do not ascend", log(good, made=manifest(_9=[reading(2), reading(1)])), False
    yield "manifest with two reading keys", log(good, made=manifest(_9=[reading(1), reading(2)])), True
    yield "manifest with a log that is not named", log(good, made=manifest(_7=[1, RECEIPT.public, []])), False
    yield "manifest with an unknown key", log(good, made=manifest(_18=1)), False
    witnesses = [["witness.example/a", OTHER.public], ["witness.example/b", INVITE.public]]
    yield "manifest without witnesses", log(good, made=manifest(_16=None)), False
    yield "manifest without their number", log(good, made=manifest(_17=None)), False
    yield "manifest with two witnesses", log(good, made=manifest(_16=witnesses, _17=2)), True
    yield "manifest with two witnesses that are not asked", log(good, made=manifest(_16=witnesses)), True
    yield "manifest that asks for more witnesses than it names", log(good, made=manifest(_16=witnesses, _17=3)), False
    yield "manifest that names a witness twice", log(good, made=manifest(_16=[witnesses[0], ["b", OTHER.public]])), False
    yield "manifest that names its log as a witness", log(good, made=manifest(_16=[["a", RECEIPT.public]])), False
    yield "manifest that names a witness with a space", log(good, made=manifest(_16=[["a b", OTHER.public]])), False
    yield "manifest that promises no renewal", log(good, made=manifest(_14=None)), False
    yield "manifest that was to be renewed long ago", log(good, made=manifest(_14=1)), True
    whole, half = root_of(good), root_of(good[:2])
    later = lambda *before: manifest(_7=[len(before), OTHER.public, list(before)])
    yield "head by the key of an earlier log", log(good, made=later([RECEIPT.public, 4, whole])), True
    yield "a later log that begins with less", log(good, signer=OTHER, made=later([RECEIPT.public, 2, half])), True
    yield "a later log that begins with something else", log(good, signer=OTHER, made=later([RECEIPT.public, 2, whole])), False
    yield "a third log that kept less than the second", log(good, signer=OTHER, made=later([RECEIPT.public, 4, bytes(32)], [ISSUER.public, 2, half])), True
    yield "a third log that kept more than the second", log(good, signer=OTHER, made=later([RECEIPT.public, 2, bytes(32)], [ISSUER.public, 4, whole])), False
    yield "an issuer that began at the enrolment", log(good, made=manifest(_6=[[OTHER.public, 0], [ISSUER.public, 0, 1]])), True
    yield "an issuer that was ended before the enrolment", log(two, made=manifest(_6=[[ISSUER.public, 0, 4]])), False
    yield "an issuer that begins behind the enrolment", log(good, made=manifest(_6=[[ISSUER.public, 1]])), False
    yield "manifest with as many servers as it may have", log(good, made=manifest(_10=["https://example.org"] * 256)), True
    yield "manifest with one server too many", log(good, made=manifest(_10=["https://example.org"] * 257)), False
    yield "manifest without its parts", log(good, made=manifest(_11=None)), False

    zero, one, two_ = ((at, HOLDERS[at]) for at in range(3))
    yield "manifest by two of three", joint([zero, two_]), True
    yield "manifest by two others of three", joint([one, two_]), True
    yield "manifest by one of three", joint([one]), False
    yield "manifest by three where two sign", joint([zero, one, two_]), False
    yield "manifest by one of three, twice", joint([one, one]), False
    yield "manifest by two out of order", joint([two_, zero]), False
    yield "manifest by two with each other's numbers", joint([(0, HOLDERS[1]), (1, HOLDERS[0])]), False
    yield "manifest by a number that no key has", joint([zero, (3, HOLDERS[2])]), False
    yield "manifest by two over something else", joint([zero, one], forged=True), False
    yield "manifest by keys that are not the root", joint([zero, one], named=statement(1)), False
    yield "manifest by a root of one key", joint([zero], who=statement(1, HOLDERS[:1])), False
    yield "manifest by a root that none must sign", joint([], who=statement(0)), False
    yield "manifest by keys that do not ascend", joint([zero, one], who=statement(2, HOLDERS[::-1])), False
    yield "manifest by two, of another mission", joint([zero, one], _1=MISSION), False

    yield "certificate not by the issuer", log([enrolment(_2=certificate(OTHER))]), False
    yield "certificate of another mission", log([enrolment(_2=certificate(_1=bytes(16)))]), False
    yield "certificate for another key", log([enrolment(_2=certificate(_4=OTHER.public))]), False
    yield "certificate with an unknown role", log([enrolment(_2=certificate(_3=2))]), False
    yield "enrolment not by the invite", log([enrolment(invite=OTHER)]), False
    yield "enrolment not by the device", log([enrolment(signer=OTHER)]), False
    yield "enrolment of another mission", log([enrolment(_1=bytes(16))]), False
    yield "enrolment of another v", log([enrolment(_0=2)]), False
    yield "enrolment with an unknown key", log([enrolment(_9=0)]), False
    yield "enrolment with a negative key", log([enrolment(_2=certificate(), _3=PHONE.public, **{"_-1": 0})]), False
    yield "enrolment twice", log([good[0], first, good[0], second]), False

    revoked = [name(good[0]), REVOKED, 2, sha256(second)]
    listed = manifest(_12=[[name(desk), 0]])
    record = decided(desk, [revoked])
    yield "a decision by a desk", log(good + [desk, record], made=listed), True
    yield "a decision by a desk that is not listed", log(good + [desk, record]), True
    yield "a decision without a hash", log([desk, decided(desk, [[bytes(16), 0, 0]])], made=listed), True
    yield "a decision before its desk", log([record, desk], made=listed), False
    yield "a decision by nobody", log([record], made=listed), False
    yield "a decision signed by another", log([desk, decided(desk, [revoked], device=OTHER)], made=listed), False
    yield "a decision of another mission", log([desk, decided(desk, [revoked], _1=bytes(16))], made=listed), False
    yield "a decision of another v", log([desk, decided(desk, [revoked], _0=2)], made=listed), False
    yield "a decision with an unknown key", log([desk, decided(desk, [revoked], _6=0)], made=listed), False
    yield "a decision with an unknown standing", log([desk, decided(desk, [[bytes(16), 3, 0]])], made=listed), False
    yield "a decision with a number in the place of a flag", log([desk, decided(desk, [revoked], _4=1)], made=listed), False
    yield "a decision twice", log([desk, record, record], made=listed), False

    prev = sha256(good[0])
    yield "envelope twice", log(good + [first]), False
    yield "envelope by another device", log([good[0], envelope(good[0], 1, prev, OTHER)]), False
    yield "envelope before its enrolment", log([first, good[0]]), False
    yield "envelope of an unknown device", log([good[0], envelope(first, 1, prev)]), False
    yield "envelope of another mission", log([good[0], envelope(good[0], 1, prev, _1=bytes(16))]), False
    yield "envelope with number 0", log([good[0], envelope(good[0], 0, prev)]), False
    yield "envelope of another length", log([good[0], envelope(good[0], 1, prev, length=999)]), False
    yield "envelope of another class", log([good[0], envelope(good[0], 1, prev, _5=1)]), False
    yield "envelope of class 11", log([good[0], envelope(good[0], 1, prev, _5=11)]), False
    yield "envelope of another v", log([good[0], envelope(good[0], 1, prev, _0=2)]), False
    yield "header with an unknown key", log([good[0], envelope(good[0], 1, prev, _9=0)]), False
    yield "a letter by a phone", log([good[0], envelope(good[0], 1, prev, _8=bytes(16))]), False
    yield "header with a long number", log([good[0], envelope(good[0], 1, prev, _3=Raw(b"\x18\x01"))]), False
    yield "header with a float", log([good[0], envelope(good[0], 1, prev, _3=Raw(b"\xf9\x3c\x00"))]), False
    yield "header with its keys doubled", log([good[0], envelope(
        good[0], 1, prev, header=doubled(good[0], prev))]), False
    yield "a fork", log(good + [envelope(good[0], 2, sha256(first), salt=9)]), False
    yield "a fork hidden by a second enrolment", log(
        [good[0], first, good[0], envelope(good[0], 1, prev, salt=9)]), False
    yield "a first envelope that follows nothing", log([good[0], envelope(good[0], 1, bytes(32))]), False
    yield "a second envelope that follows nothing", log([good[0], first, envelope(good[0], 2, bytes(32))]), False
    yield "an object of another type", log(good + [manifest()]), False
    yield "an object that is none", log(good + [b"\0"]), False
    yield "an object that is not here", log([good[0], b"", second], lost={1: sha256(first)}), False
    yield "an object that is here and said not to be", log(good, lost={1: sha256(first)}), False
    yield "a hash that is none", log([good[0], b"", second], lost={1: bytes(31)}), False
    yield "an unprotected header", log([cose(ENROLLED, INVITE, Signed(ENROLLED, good[0]).payload, b"\xa1\x04\x41\x00")]), False
    yield "an object with bytes after it", log([good[0] + b"\0"]), False


def doubled(enrolled, prev):
    plain = enc({0: 1, 1: MISSION, 2: sha256(enrolled)[:16], 3: 1, 4: prev, 5: 0, 6: 1})
    return b"\xa8" + plain[1:] + b"\x06\x01"


PHONES = [bytes([n] * 16) for n in range(6)]


def random_standings(dice):
    """A log of decisions by three desks, one of which is ended and one not listed, or as a reader, which is the same."""
    desks = [enrolment(_2=certificate(_3=1), nonce=n) for n in (11, 12, 13)]
    objects = list(desks)
    for salt in range(dice.randrange(30)):
        decisions = []
        for _ in range(dice.randrange(1, 4)):
            standing = dice.randrange(3)
            number = dice.randrange(4) if standing == REVOKED else 0
            decisions.append([dice.choice(PHONES + [name(desks[0])]), standing, number] + ([bytes([number] * 32)] if number else []))
        objects.append(decided(dice.choice(desks), decisions, by_hand=dice.random() < 0.6, _3=NOW + salt))
    terms = [[name(desks[0]), 0], [name(desks[1]), dice.randrange(8), 8 + dice.randrange(20)]]
    reinstated = [[dice.choice(PHONES), dice.randrange(30)]] if dice.random() < 0.3 else []
    readers = [name(desks[2])] if dice.random() < 0.5 else []
    return log(objects, made=manifest(_12=terms, _13=reinstated, _15=readers))


def compare_standings(binary, count):
    """How many made-up logs the binary and verify.py come to different standings of."""
    different = 0
    for seed in range(count):
        data = random_standings(random.Random(seed))
        exported = Log(data)
        exported.verify(None)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.cbor")
            with open(path, "wb") as file:
                file.write(data)
            ran = subprocess.run([binary, "verify", path, "--json"], capture_output=True, timeout=10, check=False)
        said = json.loads(ran.stdout)
        ours = [exported.standings.count(s) for s in (CONFIRMED, CONTESTED, REVOKED)] + [exported.ignored, exported.faults]
        theirs = [said[key] for key in ("confirmed", "contested", "revoked", "ignored", "faults")]
        if ours != theirs:
            different += 1
            print(f"DIFFERS  standings {seed}: {ours} here, the binary says {theirs}")
    return different


def pairs():
    """Name, two logs, and how they stand to each other."""
    good = chain(3, enrolment())
    other = good[:2] + chain(2, enrolment(OTHER, nonce=1), device=OTHER)
    key, later = RECEIPT.public.hex(), manifest(_2=2, _7=[1, OTHER.public, [[RECEIPT.public, 2, root_of(good[:2])]]])
    consistent = lambda shared: {"outcome": "consistent", "shared": shared}
    forked = lambda first: {"outcome": "forked", "key": key, "first": first}
    unsound = lambda *which: {"outcome": "unsound", "which": list(which)}
    times = [(NOW + at + (at == 1), data) for at, data in enumerate(good)]
    yield "the same twice", log(good), log(good), consistent(4)
    yield "the same with two heads", log(good), log(good, _4=NOW + 1), consistent(4)
    yield "the beginning of it", log(good[:2]), log(good), consistent(2)
    yield "the beginning second", log(good), log(good[:3]), consistent(3)
    yield "an empty log", log([]), log(good), consistent(0)
    yield "one that goes on otherwise", log(good), log(other), forked(2)
    yield "a longer one that goes on otherwise", log(good), log(good[:1] + other[2:]), forked(1)
    yield "another time", log(good), log(good, entries=times), forked(1)
    of = mission_of(statement())
    ours = [[enrolment(_1=of, _2=certificate(_1=of), nonce=nonce)] for nonce in range(2)]
    signers = [(at, HOLDERS[at]) for at in range(3)]
    yield "two of a root that several hold", joint(signers[:2], objects=ours[0]), joint(signers[1:], objects=ours[1]), forked(0)
    yield "another time in a shorter one", log(good, entries=times[:3]), log(good), forked(1)
    yield "in another order", log(good), log([good[0], good[2], good[1], good[3]]), forked(1)
    yield "an object that is lost in one", log(good), log(good[:2] + [b"", good[3]], lost={2: sha256(good[2])}), consistent(4)
    yield "one that was changed", log(good), log(good, root=bytes(32)), unsound(False, True)
    yield "one that was cut", log(good[:3], size=4), log(good), unsound(True, False)
    yield "both changed", log(good, size=3), log(good, root=bytes(32)), unsound(True, True)
    yield "one of the log after it", log(good), log(good[:3], signer=OTHER, made=later), {"outcome": "replaced", "kept": 2}
    yield "a log after that begins with less", log(other[:2] + good[2:]), log(good[:2] + other[2:], signer=OTHER, made=later), {
        "outcome": "replaced", "kept": 2}
    yield "one that is not what was vouched for", log(good[:1] + good[2:]), log(good, signer=OTHER, made=later), {
        "outcome": "parted", "key": key, "first": 1}
    yield "a key that the newer manifest does not name", log(good), log(good, signer=OTHER, made=manifest(
        _2=2, _7=[0, OTHER.public, []])), {"outcome": "other-key"}


def proofs():
    """Name, a proof that one key signed two logs, and whether it is one."""
    who, signers = statement(), [(at, HOLDERS[at]) for at in range(3)]
    yield "by the root's one key", proof(manifest(), ROOT.public, MISSION), True
    yield "by a key that is not the root", proof(manifest(OTHER), ROOT.public, MISSION), False
    yield "with a manifest that names no issuer", proof(manifest(_6=[]), ROOT.public, MISSION), False
    yield "by two of three", proof(joint_manifest(signers[:2]), sha256(who), mission_of(who)), True
    yield "by one of three", proof(joint_manifest(signers[:1]), sha256(who), mission_of(who)), False
    yield "by three where two sign", proof(joint_manifest(signers), sha256(who), mission_of(who)), False
    yield "by two over something else", proof(joint_manifest(signers[:2], forged=True), sha256(who), mission_of(who)), False
    yield "by two of another root", proof(joint_manifest(signers[:2]), sha256(statement(1)), mission_of(statement(1))), False
    yield "of another mission than its root's", proof(joint_manifest(signers[:2]), sha256(who), MISSION), False


def proof(made, root, mission):
    """Two logs of one object each, which the receipt key signed both."""
    leaves = [(sha256(data), NOW) for data in (b"one", b"other")]
    heads = [cose(TREE_HEAD, RECEIPT, enc({0: 1, 1: mission, 2: 1, 3: leaf_hash(*leaf), 4: NOW})) for leaf in leaves]
    return enc([1, root, made, RECEIPT.public] + [[leaf[0], [head, 0, NOW, []]] for leaf, head in zip(leaves, heads)])


def judge_proofs(binary):
    """How many proofs are judged wrongly, by verify.py or the binary."""
    wrong = 0
    for name, data, good in proofs():
        answers = {"verify.py": holds(data)}
        if binary:
            answers["the binary"] = binary_says(binary, data)
        for who, answer in answers.items():
            if answer != good:
                wrong += 1
                print(f"WRONG  a proof {name}: {who} says {answer}, should be {good}")
    return wrong


def holds(data):
    """Whether verify.py takes some bytes for a proof that one key signed two logs."""
    try:
        Fork(data)
    except Fault:
        return False
    return True


def compare_pairs(binary):
    """How many pairs of logs are judged wrongly, by verify.py or the binary; and what proofs of a fork are."""
    wrong = 0
    for name, one, other, expected in pairs():
        logs = [Log(one), Log(other)]
        for exported in logs:
            exported.verify(None)
        said = compare(*logs)
        answers = {"verify.py": said}
        if binary:
            with tempfile.TemporaryDirectory() as folder:
                paths = [os.path.join(folder, file) for file in ("one.cbor", "two.cbor", "fork.cbor")]
                for path, data in zip(paths, (one, other)):
                    with open(path, "wb") as file:
                        file.write(data)
                ran = subprocess.run([binary, "verify", *paths[:2], "--evidence", paths[2], "--json"], capture_output=True, timeout=10, check=False)
                answers["the binary"] = json.loads(ran.stdout)["comparison"]
                if expected["outcome"] == "forked":
                    with open(paths[2], "rb") as file:
                        wrong += judge_fork(binary, name, file.read(), expected, paths[2])
                elif os.path.exists(paths[2]):
                    wrong += 1
                    print(f"WRONG  {name}: a proof of a fork that is none")
        for who, answer in answers.items():
            if answer != expected:
                wrong += 1
                print(f"WRONG  {name}: {who} says {answer}, should be {expected}")
    return wrong


def judge_fork(binary, name, data, expected, path):
    """A proof must hold for both; with any byte changed, for neither."""
    wrong = 0
    fork = Fork(data)
    if (fork.key.hex(), fork.first) != (expected["key"], expected["first"]):
        wrong += 1
        print(f"WRONG  {name}: the proof is of {fork.key.hex()} at {fork.first}")
    dice = random.Random(name)
    for changed_at in [None] + [dice.randrange(len(data)) for _ in range(12)]:
        altered = bytearray(data)
        if changed_at is not None:
            altered[changed_at] ^= 1 << dice.randrange(8)
        ours = holds(bytes(altered))
        with open(path, "wb") as file:
            file.write(altered)
        theirs = subprocess.run([binary, "verify", path], capture_output=True, timeout=10, check=False).returncode == 0
        if ours != theirs or ours != (changed_at is None):
            wrong += 1
            print(f"WRONG  {name}: a proof with byte {changed_at} changed holds here: {ours}, for the binary: {theirs}")
    return wrong


def says(data):
    """What verify.py says: whether it is good, and why not."""
    try:
        exported = Log(data)
        exported.verify(None)
    except Fault as fault:
        return False, str(fault)
    return not exported.faults, "; ".join(exported.faults)


def binary_says(binary, data):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.cbor")
        with open(path, "wb") as file:
            file.write(data)
        try:
            ran = subprocess.run([binary, "verify", path], capture_output=True, timeout=10, check=False)
        except subprocess.TimeoutExpired:
            return None
        return ran.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", metavar="PATH")
    parser.add_argument("--standings", type=int, default=200, metavar="N", help="made-up logs of decisions that the binary judges too (200)")
    args = parser.parse_args()
    ed25519.check_itself()
    wrong = count = 0
    for name, data, good in cases():
        count += 1
        said, why = says(data)
        if said != good:
            wrong += 1
            print(f"WRONG  {name}: {'good' if said else why}")
        if args.binary:
            other = binary_says(args.binary, data)
            if other != good:
                answer = {None: "does not end", True: "good", False: "faulty"}[other]
                print(f"DIFFERS  {name}: the binary says {answer}, should be {'good' if good else 'faulty'}")
    if args.binary:
        wrong += compare_standings(args.binary, args.standings)
    wrong += compare_pairs(args.binary) + judge_proofs(args.binary)
    print(f"{count} logs, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
