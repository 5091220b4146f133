#!/usr/bin/env python3
"""Reads objects, judges their shape and writes them again, as docs/formats.md has it; the numbers in brackets are its sections.

    python3 objects.py < objects

The input: a line `mission`, a space and the mission in hexadecimal; then of each object a line with its kind, whether another program takes
it (`true` or `false`) and the number of its bytes, with tabs between, and the bytes. Prints how many of each kind were taken and refused,
and first each that the other program judges otherwise, or that is not written as it was read. Exit status: 0 when there is none of those, 1
otherwise, 2 when it is called wrongly.
"""

import sys

from cbor import (MAX_OBJECT, Fault, encode, head_length, integer, list_of, map_of, of_bytes, one_of, read, row_from, row_of,
                  some_bytes, text, up_to, whole)
from exported import checked_manifest
from notice import NOTICE_SHAPE, ROW
from signed import (CERTIFICATE_SHAPE, ENROLMENT_SHAPE, FORK_SHAPE, HASH, HEADER_SHAPE, HEAD_SHAPE, MANIFEST_SHAPE, MISSION,
                    RECEIPT_SHAPE, STANDING_SHAPE, VERSION)
from statement import SIGNED_STATEMENT, STATED_SHAPE

DEVICE = of_bytes(16)
STRINGS = list_of(some_bytes)
BLOBS = list_of(row_of(HASH, whole(64)), 4096)
VERDICT = lambda value: STORED(value) or REFUSED(value)
STORED = row_of(one_of(0), row_of(RECEIPT_SHAPE))
REFUSED = row_of(one_of(1), row_of(row_of(whole(32), text)))
INVITE = {                                                                                    # [6]
    0: (VERSION, True), 1: (of_bytes(32), True), 2: (list_of(text), True), 3: (STRINGS, True), 4: (of_bytes(32), True),
    5: (some_bytes, True), 6: (text, True), 7: (text, True), 8: (text, True), 9: (DEVICE, False),
}
PERMIT = {                                                                                    # [13]
    0: (VERSION, True), 1: (MISSION, True), 2: (DEVICE, True), 3: (HASH, True), 4: (BLOBS, True), 5: (list_of(HASH, 4), True),
}
KEPT = {0: (VERSION, True), 1: (MISSION, True), 2: (HASH, True), 3: (whole(64), True), 4: (DEVICE, True)}
REQUEST = {0: (VERSION, True), 1: (MISSION, True), 2: (DEVICE, True), 3: (of_bytes(40), True), 4: (text, True)}
KEYS = {                                                                                      # [9]
    0: (VERSION, True), 1: (of_bytes(32), False), 2: (list_of(row_of(whole(32), of_bytes(64)), 256), True),
}
COURIER = {                                                                                   # [15]
    0: (VERSION, True), 1: (MISSION, True), 2: (list_of(some_bytes, 50_000), True),
    3: (list_of(row_of(HASH, RECEIPT_SHAPE), 50_000), True), 4: (row_of(some_bytes, list_of(some_bytes, 1024)), False),
    5: (list_of(row_of(HASH, some_bytes), 50_000), False), 6: (list_of(row_of(some_bytes, of_bytes(32)), 50_000), False),
    7: (list_of(row_of(some_bytes, some_bytes), 64), False), 8: (list_of(ROW, 20_000), False), 9: (list_of(some_bytes, 256), False),
    10: (list_of(row_of(RECEIPT_SHAPE, some_bytes), 10_000), False),
}
ANY = 1 << 62


class Kind:
    """Objects of a shape, and what else makes one."""

    def __init__(self, shape, ours=False, limit=MAX_OBJECT, rule=None):
        self.shape = map_of(shape) if isinstance(shape, dict) else shape
        self.ours = ours                     # whether it must be of the mission
        self.limit = limit                   # of its bytes
        self.rule = rule

    def judge(self, data, mission):
        """The value in some bytes; `Fault` where they are none of this kind."""
        value = read(data, self.limit)
        if not self.shape(value):
            raise Fault("not of its shape")
        if self.ours and value[1] != mission:
            raise Fault("of another mission")
        if self.rule:
            self.rule(value, mission)
        return value


def envelope(value, mission):                                                                 # [8]
    header = KINDS["envelope header"].judge(value[0], mission)
    if encode(header) != value[0]:
        raise AssertionError("the header is written otherwise than it was read")
    if not 1 <= header[3] < 1 << 63:
        raise Fault("a number that no envelope has")
    payload = 1 + sum(head_length(len(part)) + len(part) for part in value)
    if 11 + head_length(payload) + payload + 66 != 1000 << header[5]:
        raise Fault("not of the length of its class")
    if len(value[1]) < 48:
        raise Fault("too short for what is sealed")


def root_statement(value, _):                                                                 # [4]
    needed, keys = value
    if not 1 <= needed <= len(keys) or any(b <= a for a, b in zip(keys, keys[1:])):
        raise Fault("keys that do not ascend, or more signatures than keys")


def notice(value, _):                                                                         # [13]
    if value[7] > 1 << 18:
        raise Fault("more rows than a table has")


KINDS = {
    "manifest": Kind(MANIFEST_SHAPE, ours=True, rule=lambda value, _: checked_manifest(value)),
    "root statement": Kind(row_of(whole(8), list_of(HASH, 16, 2)), rule=root_statement),
    "joint manifest": Kind(row_of(some_bytes, some_bytes, list_of(row_of(whole(8), of_bytes(64)), 16)),
                           rule=lambda value, mission: KINDS["root statement"].judge(value[0], mission)),
    "certificate": Kind(CERTIFICATE_SHAPE, ours=True),
    "invite": Kind(INVITE),
    "enrolment": Kind(ENROLMENT_SHAPE),
    "envelope": Kind(row_of(some_bytes, some_bytes), rule=envelope),
    "envelope header": Kind(HEADER_SHAPE, ours=True),
    "tree head": Kind(HEAD_SHAPE, ours=True),
    "receipt": Kind(RECEIPT_SHAPE),
    "record of standings": Kind(STANDING_SHAPE, ours=True),
    "read notice": Kind(NOTICE_SHAPE, ours=True, rule=notice),
    "permit": Kind(PERMIT),
    "proof of an attachment": Kind(KEPT),
    "request to read": Kind(REQUEST),
    "keys": Kind(KEYS),
    "upload": Kind(row_from(1, list_of(some_bytes, 256), whole(64)), limit=ANY),                          # [13]
    "verdicts": Kind(row_from(1, list_of(VERDICT, 256), list_of(HASH, 64)), limit=ANY),
    "proof of consistency": Kind(list_of(HASH, 64), limit=ANY),
    "page of the log": Kind(row_of(whole(64), list_of(row_from(2, integer, some_bytes, row_of(HASH, DEVICE, whole(64))), 256),
                                   some_bytes), limit=ANY),
    "letters": Kind(row_from(3, some_bytes, list_of(row_of(some_bytes, whole(64), integer, list_of(HASH, 64)), 64),
                             list_of(some_bytes, 64), list_of(HASH, 64)), limit=ANY),
    "have": Kind(row_from(1, whole(64), some_bytes), limit=ANY),
    "rows": Kind(row_of(list_of(ROW, 256), list_of(some_bytes, 256)), limit=ANY),
    "courier file": Kind(COURIER, ours=True, limit=64 << 20),
    "exported log": Kind(row_of(VERSION, HASH, some_bytes, list_of(row_from(2, integer, some_bytes, HASH)), some_bytes), limit=ANY),
    "proof of two logs": Kind(FORK_SHAPE, limit=ANY),
    "statement": Kind(STATED_SHAPE),
    "signed statement": Kind(SIGNED_STATEMENT, limit=ANY),
}


def judged(kind, data, mission):
    """Whether an object is good, and what is wrong with it or with how it is written again."""
    try:
        value = kind.judge(data, mission)
    except Fault as fault:
        return False, str(fault)
    if encode(value) != data:
        raise AssertionError("it is written otherwise than it was read")
    return True, "of its shape"


def main():
    if len(sys.argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    source = sys.stdin.buffer
    mission = bytes.fromhex(source.readline().split()[1].decode())
    counts, status = {}, 0
    while line := source.readline():
        name, takes, length = line.decode().split("\t")
        data = source.read(int(length))
        try:
            good, why = judged(KINDS[name], data, mission)
        except AssertionError as error:
            good, why = None, str(error)
        if good != (takes == "true"):
            status = 1
            print(f"DIFFERS  {name}: here {why}; the other program takes it: {takes.strip()}; {data[:400].hex()}")
        counts.setdefault(name, [0, 0])[0 if good else 1] += 1
    for name, (taken, refused) in counts.items():
        print(f"{name}: {taken} taken, {refused} refused")
    return status


if __name__ == "__main__":
    sys.exit(main())
