#!/usr/bin/env python3
"""Verifies an exported log or a signed statement of Baqylau, offline, with Python's standard library alone.

Follows docs/formats.md; the numbers in brackets are its sections. It shares no code with the programs it checks: the CBOR
reader, Ed25519, the Merkle tree, the log and the statement are its own (the other files beside this one).

    python3 verify.py log.cbor                 every enrolment, a random sample of the envelopes
    python3 verify.py --all log.cbor           every signature
    python3 verify.py --mission HEX log.cbor   and the file must be of this mission
    python3 verify.py one.cbor two.cbor        both, and whether one begins with the other or one key signed two logs
    python3 verify.py fork.cbor                the proof of that, as `baqylau verify --evidence` writes it
    python3 verify.py statement.cbor           a statement, and whether enough desks signed it
    python3 verify.py statement.cbor log.cbor  and whether it holds beside a log as late or later

Exit status: 0 when nothing is wrong, 1 on any fault and for a statement that lacks signatures, 2 when it is called wrongly.
"""

import argparse
import json
import sys

import statement
from cbor import Fault, read
from ed25519 import check_itself
from exported import Log, Rooted
from signed import CONFIRMED, CONTESTED, FORK_SHAPE, HEAD_SHAPE, REVOKED, TREE_HEAD, leaf_hash, root_from_path

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
    """A file, verified: a log, the proof of two, or a statement."""
    with open(path, "rb") as file:
        data = file.read()
    if statement.is_statement(data):
        found = statement.Statement(data)
    else:
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


def tell_statement(stated, log=None, as_json=False):
    """Of a statement, by itself or beside a log; the exit status."""
    try:
        if isinstance(log, Broken):
            raise Fault(log.faults[0])
        if log is not None:
            stated.beside(log)
    except Fault as fault:
        said = {"mission": stated.mission.hex(), "published": False, "faults": [str(fault)]}
        print(json.dumps(said) if as_json else f"FAULT {fault}")
        return 1
    if as_json:
        print(json.dumps(statement.as_json(stated)))
    else:
        statement.show(stated)
    return 0 if stated.published else 1


def main():
    parser = argparse.ArgumentParser(description="Verifies exported logs and signed statements of Baqylau.")
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
    if isinstance(found[0], statement.Statement):
        return tell_statement(*found, as_json=args.json)
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
