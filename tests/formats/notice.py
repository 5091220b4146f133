#!/usr/bin/env python3
"""Verifies the rows and the letters of a courier file offline, against an exported log: what desks read, and what they wrote. It opens none.

Follows docs/formats.md, sections 13 and 15, as verify.py beside it does, whose reader and signatures it uses.

    python3 notice.py log.cbor courier.cbor

Exit status: 0 when every row and letter is proved, 1 on any fault, 2 when it is called wrongly.
"""

import argparse
import sys

from cbor import Fault, integer, list_of, of_bytes, read, row_of, some_bytes, whole
from ed25519 import check_itself
from exported import Log
from signed import (ENVELOPE, HASH, HEAD_SHAPE, HEADER_SHAPE, MISSION, NAMES, TREE_HEAD, VERSION, Signed, leaf_hash, payload_map,
                    root_from_path, sha256, tree_root)

NOTICE = 65021
NAMES[NOTICE] = "read notice"
ROW = row_of(some_bytes, whole(64), of_bytes(16), of_bytes(172), list_of(HASH, 64))
LETTER = row_of(row_of(some_bytes, whole(64), integer, list_of(HASH, 64)), some_bytes)
NOTICE_SHAPE = {
    0: (VERSION, True), 1: (MISSION, True), 2: (of_bytes(16), True), 3: (integer, True), 4: (whole(32), True),
    5: (whole(64), True), 6: (HASH, True), 7: (whole(64), True), 8: (HASH, True),
}


class Notices:
    """The rows of a courier file, and the notices that they belong to."""

    def __init__(self, log, courier):
        if not isinstance(courier, dict) or courier.get(1) != log.mission:
            raise Fault("no courier file of this mission")
        self.log, self.opened, self.labels = log, {}, set()
        self.leaves = [leaf_hash(log.lost.get(at, sha256(data)), received)
                       for at, (received, data) in enumerate(log.entries)]
        self.rows = courier.get(8, [])
        for row in self.rows:
            self.row(row)
        self.letters = courier.get(10, [])
        for letter in self.letters:
            self.letter(letter)

    def notice(self, data):
        if data in self.opened:
            return self.opened[data]
        signed = Signed(NOTICE, data)
        notice = payload_map(signed.payload, NOTICE_SHAPE, "read notice")
        self.signed_by_desk(signed, notice[2])
        if notice[1] != self.log.mission:
            raise Fault("read notice: of another mission")
        if notice[7] > 1 << 18:
            raise Fault("read notice: more rows than a table has")
        here = notice[4] == self.log.manifest[7][0] and notice[5] <= len(self.leaves)
        if here and tree_root(self.leaves[:notice[5]]) != notice[6]:
            raise Fault("read notice: the desk read another log than this one")
        self.opened[data] = notice
        return notice

    def signed_by_desk(self, signed, name):
        desk = self.log.devices.get(name)
        listed = [term for term in self.log.manifest[12] if term[0] == name and len(term) < 3]
        if desk is None or not listed:
            raise Fault(f"{NAMES[signed.kind]}: by a device that is no desk now")
        signed.verify(desk.key)

    def letter(self, letter):
        if not LETTER(letter):
            raise Fault("not a letter with its receipt")
        (head, index, received, path), data = letter
        head = self.log.open(TREE_HEAD, head, [self.log.manifest[7][1]], HEAD_SHAPE)
        if root_from_path(leaf_hash(sha256(data), received), index, head[2], path) != head[3]:
            raise Fault("letter: not where its receipt says")
        signed = Signed(ENVELOPE, data)
        payload = read(signed.payload)
        if not row_of(some_bytes, some_bytes)(payload):
            raise Fault("letter: not header and sealed text")
        header = payload_map(payload[0], HEADER_SHAPE, "letter")
        if 8 not in header:
            raise Fault("letter: to nobody")
        self.signed_by_desk(signed, header[2])

    def row(self, row):
        if not ROW(row):
            raise Fault("not a row")
        data, index, label, sealed, path = row
        notice = self.notice(data)
        if root_from_path(sha256(b"\x00" + label + sealed), index, notice[7], path) != notice[8]:
            raise Fault(f"row {label.hex()}: not of the table that the desk signed")
        if (data, label) in self.labels:
            raise Fault(f"row {label.hex()}: twice")
        self.labels.add((data, label))


def main():
    parser = argparse.ArgumentParser(description="Verifies what desks of Baqylau say that they have read.")
    parser.add_argument("log")
    parser.add_argument("courier")
    args = parser.parse_args()
    check_itself()
    try:
        with open(args.log, "rb") as file:
            log = Log(file.read())
        log.verify(0)
        with open(args.courier, "rb") as file:
            notices = Notices(log, read(file.read(), limit=None))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except Fault as fault:
        print(f"FAULT {fault}")
        return 1
    for notice in notices.opened.values():
        print(f"desk {notice[2].hex()} has read {notice[5]} objects of log {notice[4]}, and says so to {notice[7]} phones")
    print(f"good: {len(notices.rows)} rows, {len(notices.letters)} letters")
    return 0 if notices.rows else 1


if __name__ == "__main__":
    sys.exit(main())
