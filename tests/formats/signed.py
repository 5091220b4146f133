"""Signed objects of docs/formats.md, and the tree over them; the numbers in brackets are its sections. Python's standard library alone."""

import hashlib

from cbor import (MAX_OBJECT, Fault, Reader, bstr, int_bytes, integer, list_of, map_of, of_bytes, one_of, read, row_from,
                  row_of, some_bytes, text, whole)
from ed25519 import verifies

MAX_CLASS = 10
MAX_NAMED = 256                          # of issuers, desks and the like, each [1]
REPORT, ENVELOPE, MANIFEST, CERTIFICATE, ENROLMENT, ENROLLED, TREE_HEAD, STANDING = range(65001, 65009)
STATEMENT = 65022
NAMES = {ENVELOPE: "envelope", MANIFEST: "manifest", CERTIFICATE: "certificate", ENROLMENT: "inner enrolment",
         ENROLLED: "enrolment", TREE_HEAD: "tree head", STANDING: "record of standings", STATEMENT: "statement"}
CONFIRMED, CONTESTED, REVOKED = range(3)


def sha256(data):
    return hashlib.sha256(data).digest()


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
    14: (integer, True), 15: (list_of(of_bytes(16), MAX_NAMED), True),
    16: (list_of(row_of(text, KEY), MAX_NAMED), True), 17: (whole(32), True),
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
