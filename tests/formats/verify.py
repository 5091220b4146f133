#!/usr/bin/env python3
"""Verifies an exported log of Baqylau, offline, with Python's standard library alone.

Follows docs/formats.md; the numbers in brackets are its sections. It shares no code with the programs it checks: the CBOR
reader, Ed25519 and the Merkle tree are its own.

    python3 verify.py log.cbor                 every enrolment, a random sample of the envelopes
    python3 verify.py --all log.cbor           every signature
    python3 verify.py --mission HEX log.cbor   and the file must be of this mission

Exit status: 0 when nothing is wrong, 1 on any fault, 2 when it is called wrongly.
"""

import argparse
import hashlib
import json
import random
import sys

MAX_OBJECT = 1 << 20
MAX_DEPTH = 16
MAX_CLASS = 10
REPORT, ENVELOPE, MANIFEST, CERTIFICATE, ENROLMENT, ENROLLED, TREE_HEAD = range(65001, 65008)
NAMES = {ENVELOPE: "envelope", MANIFEST: "manifest", CERTIFICATE: "certificate", ENROLMENT: "inner enrolment",
         ENROLLED: "enrolment", TREE_HEAD: "tree head"}


class Fault(Exception):
    """What is wrong, in words."""


def sha256(data):
    return hashlib.sha256(data).digest()


# ---------------------------------------------------------------- CBOR [2]

class Simple:
    """One of the four simple values."""

    def __init__(self, number):
        self.number = number


class Reader:
    """Deterministic CBOR, and nothing else."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def fail(self, what):
        raise Fault(f"CBOR, byte {self.at}: {what}")

    def take(self, count):
        end = self.at + count
        if end > len(self.data):
            self.fail("ends too early")
        out = self.data[self.at:end]
        self.at = end
        return out

    def head(self):
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, True
        if info > 27:
            self.fail("an indefinite length or a reserved head")
        width = 1 << (info - 24)
        argument = int.from_bytes(self.take(width), "big")
        least = 24 if width == 1 else 1 << (4 * width)
        if argument < least:
            self.fail("not the shortest form")
        return major, argument, False

    def item(self, depth=0):
        if depth > MAX_DEPTH:
            self.fail("nested too deep")
        major, argument, short = self.head()
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major == 2:
            return self.take(argument)
        if major == 3:
            try:
                return self.take(argument).decode("utf-8")
            except UnicodeDecodeError:
                self.fail("text that is not UTF-8")
        if major == 4:
            if argument > len(self.data) - self.at:
                self.fail("ends too early")
            return [self.item(depth + 1) for _ in range(argument)]
        if major == 5:
            return self.map(argument, depth)
        if major == 7 and short and 20 <= argument <= 23:
            return {20: False, 21: True}.get(argument, Simple(argument))
        self.fail("a float, a tag or an unknown simple value")

    def map(self, count, depth):
        out, last = {}, b""
        for _ in range(count):
            start = self.at
            key = self.item(depth + 1)
            encoded = self.data[start:self.at]
            if encoded <= last:
                self.fail("map keys not in order, or doubled")
            last = encoded
            if isinstance(key, bool) or not isinstance(key, (int, str)):
                self.fail("a key that is neither number nor text")
            out[key] = self.item(depth + 1)
        return out


def read(data, limit=MAX_OBJECT):
    """The one item in some bytes."""
    if limit is not None and len(data) > limit:
        raise Fault(f"{len(data)} bytes, the limit is {limit}")
    reader = Reader(data)
    value = reader.item()
    if reader.at != len(data):
        reader.fail("bytes after the end")
    return value


def head_length(count):
    return 1 if count < 24 else 2 if count < 1 << 8 else 3 if count < 1 << 16 else 5


def bstr(data):
    """A byte string with its head."""
    count, width = len(data), head_length(len(data))
    if width == 1:
        return bytes([0x40 + count]) + data
    return bytes([{2: 0x58, 3: 0x59, 5: 0x5a}[width]]) + count.to_bytes(width - 1, "big") + data


def int_bytes(number):
    """An integer."""
    major, argument = (0, number) if number >= 0 else (0x20, -1 - number)
    if argument < 24:
        return bytes([major + argument])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return bytes([major + info]) + argument.to_bytes(width, "big")
    raise Fault("a number that is too large")


# ---------------------------------------------------------------- shapes

def of_bytes(length):
    return lambda v: isinstance(v, bytes) and len(v) == length


def whole(bits):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 1 << bits


def integer(v):
    return isinstance(v, int) and not isinstance(v, bool) and -(1 << 63) <= v < 1 << 63


def some_bytes(v):
    return isinstance(v, bytes)


def text(v):
    return isinstance(v, str)


def one_of(*values):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and v in values


def list_of(check):
    return lambda v: isinstance(v, list) and all(check(x) for x in v)


def row_of(*checks):
    return lambda v: isinstance(v, list) and len(v) == len(checks) and all(c(x) for c, x in zip(checks, v))


def entry_shape(v):
    """Of an exported log: when it was received, the object, and the hash of one that is not here."""
    return row_of(integer, some_bytes)(v) or row_of(integer, some_bytes, HASH)(v)


def map_of(fields):
    """A closed map: key to (check, required)."""
    def check(v):
        if not isinstance(v, dict) or any(key not in fields for key in v):
            return False
        return all(test(v[key]) if key in v else not needed for key, (test, needed) in fields.items())
    return check


VERSION, MISSION, HASH, KEY = one_of(1), of_bytes(16), of_bytes(32), of_bytes(32)

READING_SHAPE = map_of({0: (whole(32), True), 1: (of_bytes(32), True), 2: (of_bytes(1216), True)})

MANIFEST_SHAPE = {                                                                            # [5]
    0: (VERSION, True), 1: (MISSION, True), 2: (whole(64), True), 3: (HASH, False), 4: (integer, True), 5: (integer, True),
    6: (KEY, True), 7: (list_of(KEY), True), 8: (list_of(some_bytes), True), 9: (READING_SHAPE, True),
    10: (list_of(text), True), 11: (list_of(row_of(one_of(0, 1, 2), text, HASH, whole(64))), True),
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
    5: (one_of(*range(MAX_CLASS + 1)), True), 6: (whole(32), True), 7: (list_of(row_of(HASH, whole(64))), False),
    8: (of_bytes(16), False),
}
HEAD_SHAPE = {                                                                                # [11]
    0: (VERSION, True), 1: (MISSION, True), 2: (whole(64), True), 3: (HASH, True), 4: (integer, True),
}


def payload_map(data, shape, what):
    value = read(data)
    if isinstance(value, dict) and value.get(0) != 1:
        raise Fault(f"{what}: version {value.get(0)}, this program knows 1")
    if not map_of(shape)(value):
        raise Fault(f"{what}: not of the specified shape")
    return value


# ---------------------------------------------------------------- Ed25519, RFC 8032

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
D2 = 2 * D % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def add(a, b):
    ax, ay, az, at = a
    bx, by, bz, bt = b
    e = (ay - ax) * (by - bx) % P
    f = (ay + ax) * (by + bx) % P
    c = at * D2 * bt % P
    d = 2 * az * bz % P
    w, x, y, z = f - e, d - c, d + c, f + e
    return w * x % P, y * z % P, x * y % P, w * z % P


def double(a):
    ax, ay, az, _ = a
    xx, yy, zz = ax * ax % P, ay * ay % P, 2 * az * az
    h = xx + yy
    e = h - (ax + ay) * (ax + ay)
    g = xx - yy
    f = zz + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def negative(a):
    return -a[0] % P, a[1], a[2], -a[3] % P


def is_zero(a):
    return a[0] % P == 0 and (a[1] - a[2]) % P == 0


def decompress(data):
    """The point of 32 bytes (RFC 8032, section 5.1.3), or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    square = v * x * x % P
    if square != u:
        if square != -u % P:
            return None
        x = x * ROOT_OF_MINUS_ONE % P
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(a):
    inverse = pow(a[2], P - 2, P)
    x, y = a[0] * inverse % P, a[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def multiples(a):
    """0 to 15 times a point."""
    out = [ZERO, a]
    for _ in range(14):
        out.append(add(out[-1], a))
    return out


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
BASE_TABLE = []


def times_base(scalar):
    if not BASE_TABLE:
        point = BASE
        for _ in range(64):
            BASE_TABLE.append(multiples(point))
            point = double(double(double(double(point))))
    out = ZERO
    for at in range(64):
        digit = scalar >> 4 * at & 15
        if digit:
            out = add(out, BASE_TABLE[at][digit])
    return out


def times(scalar, point):
    table, out = multiples(point), ZERO
    for at in reversed(range(64)):
        out = double(double(double(double(out))))
        digit = scalar >> 4 * at & 15
        if digit:
            out = add(out, table[digit])
    return out


def verifies(key, message, signature):
    """Whether a signature is by a key: section 5.1.7, without the cofactor; keys of small order are refused."""
    point = decompress(key)
    if len(signature) != 64 or point is None or is_zero(double(double(double(point)))):
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    return compress(add(times_base(s), times(k, negative(point)))) == r


# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    ("TEST 1", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"),
    ("TEST 2", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"),
    ("TEST 3", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"),
    ("TEST 1024", "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
     "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f54e9f77b1"
     "e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d"
     "658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efcb8550ee3a5e1998bd177e93a"
     "7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e"
     "06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbefefd75499da96bd68a8a97b928a8bbc10"
     "3b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed1"
     "85ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d"
     "502f1a8c6eb6f1ce22b3de1a1f40cc24554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f270"
     "88d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089b"
     "eccf80cfe2df16a2cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128ba"
     "b27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969b"
     "e3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb7"
     "51fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c30c04aafdb038dda0847dd988d"
     "cda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34df"
     "f7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08d78ff4ef5d63653a65040cf9bfd4aca7"
     "984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e2ab47b57f7f7276cd419c17a3ca8e1b939ae49e4"
     "88acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a32ef5b52a1ecc820e308aa342721aac09"
     "43bf6686b64b2579376504ccc493d97e6aed3fb0f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5f"
     "b93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b50d334ba77c225bc307ba537152f3f161"
     "0e4eafe595f6d9d90d11faa933a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380d"
     "b2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef68d3a101e8a3b8ca"
     "c60c905c15fc910840b94c00a0b9d0",
     "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b"
     "5e8fcd4f681e30a6ac00a9704a188a03"),
    ("TEST SHA(abc)", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
     "454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
     "3dca179c138ac17ad9bef1177331a704"),
]


def check_itself():
    """A verifier that cannot say no verifies nothing."""
    for name, key, message, signature in VECTORS:
        key, message, signature = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
        altered = [
            (flipped(key, 3), message, signature),
            (key, message + b"\0", signature),
            (key, message, flipped(signature, 0)),
            (key, message, flipped(signature, 40)),
            (key, message, signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")),
        ]
        if not verifies(key, message, signature) or any(verifies(*a) for a in altered):
            raise SystemExit(f"this program is broken: RFC 8032, {name}")


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


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
        signed = b"\x84\x6aSignature1" + bstr(protected(self.kind)) + bstr(aad) + bstr(self.payload)
        if not verifies(key, signed, self.signature):
            raise Fault(f"{NAMES[self.kind]}: the signature does not verify")


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


class Device:
    """An enrolled device, and what it sent."""

    def __init__(self, key, enrolment, late, desk):
        self.key = key
        self.desk = desk
        self.enrolment = enrolment
        self.late = late
        self.sent = {}                       # seq to [(prev, hash)]


class Log:
    """An exported log [15], as it is verified."""

    def __init__(self, data):
        self.faults = []
        self.devices = {}
        self.envelopes = self.signatures = self.unverified = self.late = self.gaps = self.backwards = 0
        exported = read(data, limit=None)
        if not (isinstance(exported, list) and exported and exported[0] == 1):
            raise Fault("not an exported log of version 1")
        shape = row_of(VERSION, KEY, some_bytes, list_of(entry_shape), some_bytes)
        if not shape(exported):
            raise Fault("not of the shape of an exported log")
        _, self.root_key, manifest, entries, head = exported
        self.entries = [entry[:2] for entry in entries]
        # Of objects that are not here: the server's copy is damaged.
        self.lost = {at: entry[2] for at, entry in enumerate(entries) if len(entry) == 3}
        self.mission = sha256(self.root_key)[:16]
        self.manifest = self.open(MANIFEST, manifest, [self.root_key], MANIFEST_SHAPE)
        self.head = self.open(TREE_HEAD, head, self.manifest[7], HEAD_SHAPE)

    def open(self, kind, data, keys, shape):
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
        value = payload_map(signed.payload, shape, NAMES[kind])
        if value[1] != self.mission:
            raise Fault(f"{NAMES[kind]}: of another mission")
        return value

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
                    self.enrolment(received, data, hashes[at])
                elif kinds[at] == ENVELOPE:
                    self.envelope(data, hashes[at], at in chosen)
                else:
                    raise Fault("neither enrolment nor envelope")
            except Fault as fault:
                self.faults.append(f"object {at}: {fault}")
        for name, device in self.devices.items():
            self.chain(name, device)

    def tree(self, hashes):
        times_ = [received for received, _ in self.entries]
        self.backwards = sum(later < earlier for earlier, later in zip(times_, times_[1:]))
        if len(hashes) != self.head[2]:
            self.faults.append(f"{len(hashes)} objects, the tree head is for {self.head[2]}")
        elif tree_root(leaf_hash(h, t) for h, t in zip(hashes, times_)) != self.head[3]:
            self.faults.append("the objects do not lead to the root that the server signed")

    def enrolment(self, received, data, object_hash):                                         # [7]
        outer = Signed(ENROLLED, data)
        inner = Signed(ENROLMENT, outer.payload)
        value = payload_map(inner.payload, ENROLMENT_SHAPE, "enrolment")
        if value[1] != self.mission:
            raise Fault("enrolment: of another mission")
        certificate = self.open(CERTIFICATE, value[2], [self.manifest[6]], CERTIFICATE_SHAPE)
        outer.verify(certificate[4])
        inner.verify(value[3])
        self.signatures += 2
        late = received > certificate[5]
        self.late += late
        self.devices[object_hash[:16]] = Device(value[3], object_hash, late, certificate[3] == 1)

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


# ---------------------------------------------------------------- the command

def main():
    parser = argparse.ArgumentParser(description="Verifies an exported log of Baqylau.")
    parser.add_argument("file")
    parser.add_argument("--all", action="store_true", help="verify the signatures of all envelopes, not of a sample")
    parser.add_argument("--sample", type=int, default=50, metavar="N", help="size of the sample (50)")
    parser.add_argument("--mission", metavar="HEX", help="the mission that the file must be of")
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    args = parser.parse_args()
    check_itself()
    try:
        with open(args.file, "rb") as file:
            log = Log(file.read())
        if args.mission and args.mission.replace(" ", "").lower() != log.mission.hex():
            raise Fault(f"the file is of the mission {log.mission.hex()}")
        log.verify(None if args.all else max(args.sample, 0))
    except OSError as error:
        print(f"{args.file}: {error.strerror}", file=sys.stderr)
        return 1
    except Fault as fault:
        print(json.dumps({"faults": [str(fault)]}) if args.json else f"FAULT {fault}")
        return 1
    if args.json:
        print(json.dumps({
            "mission": log.mission.hex(), "manifest": log.manifest[2], "objects": len(log.entries),
            "devices": len(log.devices), "late": log.late, "envelopes": log.envelopes, "missing": log.gaps,
            "signatures": log.signatures, "unverified": log.unverified, "faults": log.faults,
        }))
        return 1 if log.faults else 0
    print(f"mission    {log.mission.hex()}, manifest version {log.manifest[2]}")
    print(f"log        {len(log.entries)} objects, the tree head is for {log.head[2]}")
    print(f"devices    {len(log.devices)} enrolled, {log.late} of them late")
    print(f"envelopes  {log.envelopes} in {sum(bool(d.sent) for d in log.devices.values())} chains, {log.gaps} missing")
    print(f"signatures {log.signatures} verified, {log.unverified} of envelopes left out" + (" (--all)" if log.unverified else ""))
    if log.backwards:
        print(f"note       the server's clock went back {log.backwards} times")
    for fault in log.faults:
        print(f"FAULT {fault}")
    print("good" if not log.faults else f"{len(log.faults)} faults")
    return 1 if log.faults else 0


if __name__ == "__main__":
    sys.exit(main())
