#!/usr/bin/env python3
"""Proves that verify.py says no to statements too: makes small ones with keys of its own, good ones and ones with a single fault that is signed
all the same, and looks at what the verifier makes of them.

    python3 check_statement.py                        the verifier beside this file
    python3 check_statement.py --binary baqylau       and where `baqylau verify` says something else
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import ed25519
from cbor import Fault, bstr, encode as enc
from check_verify import (HOLDERS, ISSUER, NOW, OTHER, PHONE, RECEIPT, ROOT, Key, certificate, chain, changed, enrolment, joint_manifest,
                          log, manifest, mission_of, name, root_of, statement as root_statement)
from exported import Log, manifest_hash
from signed import STATEMENT, protected, sha256
from statement import Statement

PUBLISHED, DRAFT, FAULTY = "published", "draft", "faulty"
FIRST, SECOND = enrolment(_2=certificate(_3=1)), enrolment(OTHER, nonce=1, _2=certificate(_3=1))
OBSERVER = enrolment(Key("observer"), nonce=2)
UNKNOWN = enrolment(Key("unknown"), nonce=3, _2=certificate(Key("rogue"), _3=1))
KEYS = {FIRST: PHONE, SECOND: OTHER, OBSERVER: Key("observer"), UNKNOWN: Key("unknown")}
OBJECTS = [FIRST, SECOND] + chain(2, OBSERVER)
SIZE = 3
NUMBERS = [["taken", "50 %", "48 %", 12, 25, 1, 2, 3, 28, 25, []], ["rated", "", "3", 3, 25, 0, 0, 0, 25, 25, [["good", 3], ["bad", 0]]]]
RESULTS = [bytes(32), bytes([1] * 32), 3, [["counted", 28], ["test", 1]], NUMBERS]


def settings(**more):
    return json.dumps({
        "title": ["A mission"], "languages": [{"code": "en", "name": "English"}], "zone": {"name": "+05:00", "offset": 300, "changes": []},
        "election_day": "2023-03-19", "checklists": [], "review_window_days": 3, "confirm_on_pull": True, "unlisted_places": False, **more,
    }).encode()


TWO = settings(statement_signers=2)


def under(said=TWO, make=manifest, **changes):
    """A manifest with both desks and some settings."""
    fields = {"_11": [[0, "mission", sha256(said), len(said)]], "_12": [[name(desk), 0] for desk in (FIRST, SECOND)], **changes}
    return make(**fields)


def made(by, said=TWO, bundle=None, root=ROOT.public, start=1, keys=None, over=None, **changes):
    """A statement that some desks signed, in the order of their names. `over` is what they signed, if it is something else."""
    bundle = bundle or under(said)
    fields = {0: 1, 1: sha256(root)[:16], 2: manifest_hash(bundle), 3: 0, 4: SIZE, 5: root_of(OBJECTS[:SIZE]), 6: name(FIRST), 7: NOW, 8: RESULTS}
    stated = enc(changed(fields, changes))
    signatures = [[desk, sign((keys or KEYS)[desk], over or stated)] for desk in sorted(by, key=name)]
    return enc([start, root, bundle, said, stated, signatures])


def sign(key, payload, kind=STATEMENT):
    return key.sign(b"\x84\x6aSignature1" + bstr(protected(kind)) + b"\x40" + bstr(payload))


def cases():
    """Name, bytes, what it is, and the log beside it where there is one."""
    one, both = [FIRST], [FIRST, SECOND]
    yield "one of two", made(one), DRAFT
    yield "two of two", made(both), PUBLISHED
    yield "one of one", made(one, settings()), PUBLISHED
    yield "two of one", made(both, settings()), PUBLISHED
    yield "two of three", made(both, settings(statement_signers=3)), DRAFT
    who, signers = root_statement(), [(at, HOLDERS[at]) for at in range(2)]
    of = mission_of(who)
    desk = enrolment(_1=of, _2=certificate(_1=of, _3=1))
    joint = under(settings(), lambda **more: joint_manifest(signers, who, **more), _12=[[name(desk), 0]])
    yield "by a root that several hold", made([desk], settings(), joint, sha256(who), keys={desk: PHONE}, _6=name(desk)), PUBLISHED

    yield "nobody", made([]), FAULTY
    yield "not by the desk that made it", made([SECOND]), FAULTY
    yield "a desk twice", made([FIRST, FIRST]), FAULTY
    yield "out of order", swapped(made(both)), FAULTY
    yield "by an observer's phone", made([FIRST, OBSERVER]), FAULTY
    yield "by an observer's phone that the root lists", made([FIRST, OBSERVER], bundle=under(_12=[[name(d), 0] for d in (FIRST, OBSERVER)])), FAULTY
    yield "by a reader", made(both, bundle=under(_12=[[name(FIRST), 0]], _15=[name(SECOND)])), FAULTY
    yield "by a desk that is listed as a reader too", made(both, bundle=under(_15=[name(SECOND)])), FAULTY
    yield "by a desk that was ended behind it", made(both, bundle=under(_12=[[name(FIRST), 0], [name(SECOND), 0, 9]])), FAULTY
    yield "by a desk that was ended before", made(both, bundle=under(_12=[[name(FIRST), 0], [name(SECOND), 0, SIZE]])), FAULTY
    yield "by a desk that came later", made(both, bundle=under(_12=[[name(FIRST), 0], [name(SECOND), SIZE + 1]])), FAULTY
    yield "by a desk that came just then", made(both, bundle=under(_12=[[name(FIRST), 0], [name(SECOND), SIZE]])), PUBLISHED
    unknown = under(_12=[[name(d), 0] for d in (FIRST, UNKNOWN)])
    yield "by a desk that no issuer made", made([FIRST, UNKNOWN], bundle=unknown), FAULTY
    yield "with another's key", made(both, keys={**KEYS, SECOND: PHONE}), FAULTY
    yield "over other figures", made(both, over=enc({0: 1})), FAULTY
    yield "figures that were changed", made(both).replace(b"\x6448 %", b"\x6449 %"), FAULTY

    yield "settings that the manifest does not name", made(one, settings(), bundle=under()), FAULTY
    yield "settings that are no JSON", made(one, b"{"), FAULTY
    yield "settings that name no number", made(one, settings(statement_signers="two")), FAULTY
    yield "settings that ask for none", made(one, settings(statement_signers=0)), PUBLISHED
    yield "another manifest than was signed under", made(both, _2=bytes(32)), FAULTY
    yield "another log of the mission", made(both, _3=1), FAULTY
    yield "a manifest not by the root", made(both, bundle=under(make=lambda **more: manifest(ISSUER, **more))), FAULTY
    yield "another mission", made(both, _1=bytes(16)), FAULTY
    yield "another root", made(both, root=ISSUER.public), FAULTY
    yield "another v", made(both, _0=2), FAULTY
    yield "another version of the file", made(both, start=2), FAULTY
    yield "an unknown key", made(both, _9=1), FAULTY
    yield "no time", made(both, _7=None), FAULTY
    yield "results with something more", made(both, _8=RESULTS + [0]), FAULTY
    yield "a figure with something less", made(both, _8=RESULTS[:4] + [[NUMBERS[0][:10]]]), FAULTY
    yield "bytes after the end", made(both) + b"\0", FAULTY

    good = made(both)
    yield "beside its log", good, PUBLISHED, log(OBJECTS, made=under())
    yield "a draft beside its log", made(one), DRAFT, log(OBJECTS, made=under())
    yield "beside a log that is as long", good, PUBLISHED, log(OBJECTS[:SIZE], made=under())
    yield "beside a shorter log", good, FAULTY, log(OBJECTS[:SIZE - 1], made=under())
    yield "beside another log", good, FAULTY, log([OBJECTS[1], OBJECTS[0]] + OBJECTS[2:], made=under())
    yield "beside a log that does not lead to its head", good, FAULTY, log(OBJECTS, made=under(), size=9)
    yield "beside a log of another mission", good, FAULTY, log([], mission=sha256(OTHER.public)[:16], pinned=OTHER.public, made=manifest(
        OTHER, _1=sha256(OTHER.public)[:16]))
    later = lambda *terms, **more: under(_2=2, _12=[[name(FIRST), 0], [name(SECOND), *terms]], **more)
    yield "beside a manifest that ended a desk behind it", good, PUBLISHED, log(OBJECTS, made=later(0, SIZE + 1))
    yield "beside a manifest that ended a desk before", good, FAULTY, log(OBJECTS, made=later(0, SIZE))
    yield "beside an earlier manifest", made(both, bundle=under(_2=2)), FAULTY, log(OBJECTS, made=under())
    for kept, said in ((SIZE, PUBLISHED), (SIZE - 1, FAULTY)):
        before = [[RECEIPT.public, kept, root_of(OBJECTS[:kept])]]
        yield f"beside a log after it that kept {kept}", good, said, log(OBJECTS, signer=OTHER, made=later(0, _7=[1, OTHER.public, before]))


def swapped(data):
    """With its two signatures in the other order."""
    first, second = ([desk, sign(KEYS[desk], b"")] for desk in sorted((FIRST, SECOND), key=name))
    heads = [enc(one)[:-64] for one in (first, second)]
    at = [data.index(head) for head in heads]
    parts = [data[at[0]:at[1]], data[at[1]:]]
    return data[:at[0]] + parts[1] + parts[0]


def says(data, beside):
    """What verify.py makes of it, and why."""
    try:
        statement = Statement(data)
        if beside is not None:
            exported = Log(beside)
            exported.verify(0)
            statement.beside(exported)
    except Fault as fault:
        return FAULTY, str(fault)
    return PUBLISHED if statement.published else DRAFT, ""


def binary_says(binary, data, beside):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, file) for file in ("statement.cbor", "log.cbor")]
        for path, bytes_ in zip(paths, (data, beside)):
            if bytes_ is not None:
                with open(path, "wb") as file:
                    file.write(bytes_)
        files = paths if beside is not None else paths[:1]
        ran = subprocess.run([binary, "verify", *files, "--json"], capture_output=True, timeout=10, check=False)
    said = json.loads(ran.stdout) if ran.stdout else {"faults": [ran.stderr.decode()]}
    if said.get("faults", ["nothing of a statement"]):
        return FAULTY if ran.returncode else f"{FAULTY}, with the exit status 0", str(said)[:300]
    return (PUBLISHED, "") if said["published"] and ran.returncode == 0 else (DRAFT, "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", metavar="PATH")
    args = parser.parse_args()
    ed25519.check_itself()
    wrong = count = 0
    for title, data, expected, *beside in cases():
        count += 1
        beside = beside[0] if beside else None
        answers = {"verify.py": says(data, beside)}
        if args.binary:
            answers["the binary"] = binary_says(args.binary, data, beside)
        for who, (answer, why) in answers.items():
            if answer != expected:
                wrong += 1
                print(f"WRONG  {title}: {who} says {answer} ({why}), should be {expected}")
    print(f"{count} statements, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
