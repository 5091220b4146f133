"""A signed statement of docs/formats.md, section 15, as it is verified. It shares no code with the programs it checks.

Python's standard library alone; verify.py beside this file is the command.
"""

import json

from cbor import Fault, encode, integer, list_of, of_bytes, read, row_of, some_bytes, text, whole
from exported import Rooted, covers, manifest_hash
from signed import HASH, KEY, MISSION, STATEMENT, VERSION, payload_map, sha256, tree_root, verify_signature

MAX_SIGNERS, MAX_FIGURES = 16, 4096
COUNTS = list_of(row_of(text, whole(64)), MAX_FIGURES)
FIGURE = row_of(text, text, text, *[whole(64)] * 7, COUNTS)
RESULTS = row_of(HASH, HASH, whole(64), COUNTS, list_of(FIGURE, MAX_FIGURES))
STATED_SHAPE = {
    0: (VERSION, True), 1: (MISSION, True), 2: (HASH, True), 3: (whole(32), True), 4: (whole(64), True), 5: (HASH, True),
    6: (of_bytes(16), True), 7: (integer, True), 8: (RESULTS, True),
}
SIGNED_STATEMENT = row_of(VERSION, KEY, some_bytes, some_bytes, some_bytes,
                          list_of(row_of(some_bytes, of_bytes(64)), MAX_SIGNERS))


def is_statement(data):
    """Whether a file is a statement: an array of six that goes on with four byte strings."""
    try:
        value = read(data, limit=None)
    except Fault:
        return False
    return isinstance(value, list) and len(value) == 6 and all(some_bytes(v) for v in value[1:5])


class Statement(Rooted):
    """The figures, and the desks that signed them."""

    def __init__(self, data):
        value = read(data, limit=None)
        if not SIGNED_STATEMENT(value):
            raise Fault("not of the shape of a signed statement")
        _, root, manifest, settings, stated, signatures = value
        super().__init__(root)
        self.manifest = self.open_manifest(manifest)
        self.figures = payload_map(stated, STATED_SHAPE, "statement")
        if self.figures[1] != self.mission:
            raise Fault("statement: of another mission")
        named = [part[2] for part in self.manifest[11] if part[0] == 0]
        under = [manifest_hash(manifest), self.manifest[7][0]]
        if [self.figures[2], self.figures[3]] != under or sha256(settings) not in named:
            raise Fault("statement: the manifest or the settings in it are not those under which it was signed")
        self.signers = []
        for enrolment, signature in signatures:
            self.signer(stated, enrolment, signature)
        if self.figures[6] not in self.signers:
            raise Fault("statement: the desk that made it did not sign it")
        self.needed = needed(settings)

    def signer(self, stated, enrolment, signature):
        value, certificate = self.open_enrolment(enrolment, [issuer[0] for issuer in self.manifest[6]])
        desk = sha256(enrolment)[:16]
        terms = [term for term in self.manifest[12] if term[0] == desk]
        current = any(len(term) < 3 for term in terms) and any(covers(term, self.figures[4]) for term in terms)
        if desk in self.manifest[15] or not current or certificate[3] != 1:
            raise Fault("statement: a signature of a device that is no desk there")
        verify_signature(STATEMENT, value[3], stated, signature)
        self.signatures += 1
        if self.signers and self.signers[-1] >= desk:
            raise Fault("statement: a desk twice, or signatures out of order")
        self.signers.append(desk)

    @property
    def published(self):
        return len(self.signers) >= self.needed

    def beside(self, log):
        """That a later log of the mission begins with what it was computed from, and ended no desk that signed before that."""
        size, later = self.figures[4], log.manifest
        if log.root_key != self.root_key:
            raise Fault("the log is of another mission than the statement")
        if not log.sound:
            raise Fault("the log does not lead to its head")
        if later[2] < self.manifest[2] or len(log.leaves) < size:
            raise Fault("the log is older than the statement")
        if not all(any(term[0] == desk and covers(term, size) for term in later[12]) for desk in self.signers):
            raise Fault("statement: a desk that signed it was ended before")
        kept = [before[1] for before in later[7][2][self.figures[3]:]]
        if kept and min(kept) < size:
            raise Fault("statement: the log that it was computed from was replaced since, and kept less")
        if tree_root(log.leaves[:size]) != self.figures[5]:
            raise Fault("the log does not begin with what the statement was computed from")

    def digest(self):
        return sha256(encode(self.figures[8]))


def needed(settings):                                                                         # [16]
    """How many desks must sign."""
    try:
        mission = json.loads(settings)
    except ValueError as error:
        raise Fault("the mission's settings are no JSON") from error
    signers = mission.get("statement_signers", 1) if isinstance(mission, dict) else None
    if not whole(32)(signers):
        raise Fault("the mission's settings do not say how many desks must sign")
    return max(signers, 1)


def as_json(statement):
    figures = statement.figures
    return {
        "mission": statement.mission.hex(), "manifest": statement.manifest[2], "epoch": figures[3], "objects": figures[4],
        "root": figures[5].hex(), "desk": figures[6].hex(), "at": figures[7], "digest": statement.digest().hex(),
        "signers": [desk.hex() for desk in statement.signers], "needed": statement.needed, "published": statement.published,
        "faults": [],
    }


def show(statement):
    """In words."""
    figures = statement.figures
    print(f"mission    {statement.mission.hex()}, manifest version {statement.manifest[2]}")
    print(f"figures    of the first {figures[4]} objects of log {figures[3]}, root {figures[5].hex()}")
    for figure in figures[8][4]:
        print(f"           {figure[0]}: {figure[1] or 'not published yet'}, computed {figure[2]} of {figure[3]}/{figure[4]}")
    for desk in statement.signers:
        print(f"signed     by desk {desk.hex()}")
    print(f"digest     {statement.digest().hex()}")
    print(f"{'published' if statement.published else 'draft'}: {len(statement.signers)} of {statement.needed} signatures")
