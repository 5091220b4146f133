#!/usr/bin/env python3
"""Unpacks what reports say, with Python's standard library alone, and packs it again.

Follows docs/formats.md, section 10; shares no code with the programs that it checks.

    python3 answers.py definition.json < packed.txt

A line of the input is the packed content of a report in hexadecimal; a line of the output is JSON: the answers as pairs of question and
value, the log as pairs of question and seconds since filling began, and the remarks. Exit status 1 when something does not unpack, or
packs into other bytes.
"""

import json
import sys
from collections import Counter

END = 0xff
MISSING = ["dk", "np", "na"]
TYPES = ["one", "many", "text", "attachment", "integer", "decimal", "date", "time", "moment", "point", "acknowledged"]
USUAL = {"select_one": 0, "select_multiple": 1, "integer": 4, "calculate": 4, "decimal": 5, "range": 5, "date": 6, "today": 6, "time": 7,
         "date_time": 8, "start": 8, "end": 8, "geopoint": 9, "attachment": 3, "acknowledge": 10, "text": 2, "barcode": 2, "hidden": 2}


class Fault(Exception):
    """What is wrong, in words."""


class Words:
    """How often strings of one to five bytes occur in the words of a definition."""

    def __init__(self, definition):
        texts = [t for item in definition["items"] for what in ("label", "hint") for t in item.get(what, [])]
        texts += [t for one in definition["lists"] for choice in one["choices"] for t in choice["label"]]
        words = b"".join(t.encode() + b"\xff" for t in texts if t)[:65536]
        ring = words
        while words and len(ring) < len(words) + 4:
            ring += words
        self.counts = Counter()
        for at in range(len(words)):
            for length in range(5):
                before, last = ring[at:at + length], ring[at + length] | 256
                for bits in range(9):
                    self.counts[before, last >> bits] += 1

    def chance(self, preceding, known):
        chance = 32768
        for length in range(5):
            before = preceding[4 - length:]
            ones, every = self.counts[before, known << 1 | 1], self.counts[before, known]
            chance = (ones * 65536 + 3 * chance) // (every + 3) if every else chance
        return chance


class Interval:
    """What both directions of the arithmetic coder have in common."""

    def __init__(self):
        self.low, self.high = 0, 0xffffffff

    def split(self, chance):
        return self.low + ((self.high - self.low) * min(max(chance, 1024), 64512) >> 16)

    def take(self, split, bit):
        self.low, self.high = (self.low, split) if bit else (split + 1, self.high)
        out = []
        while self.low >> 24 == self.high >> 24:
            out.append(self.low >> 24)
            self.low, self.high = self.low << 8 & 0xffffffff, self.high << 8 & 0xffffffff | 0xff
        return out

    def shortest(self):
        for count in range(5):
            unit = 1 << (32 - 8 * count)
            number = -(-self.low // unit) * unit
            if number <= self.high:
                return number.to_bytes(4, "big")[:count]


class Writer(Interval):
    def __init__(self):
        super().__init__()
        self.out = bytearray()

    def code(self, chance, bit):
        self.out += bytes(self.take(self.split(chance), bit))
        return bit

    def finish(self):
        return bytes(self.out) + self.shortest()


class Reader(Interval):
    def __init__(self, data):
        super().__init__()
        self.data, self.passed = data, 0

    def code(self, chance, _):
        split = self.split(chance)
        number = int.from_bytes((self.data[self.passed:self.passed + 4] + bytes(4))[:4], "big")
        bit = number <= split
        self.passed += len(self.take(split, bit))
        if self.passed > len(self.data):
            raise Fault("ends too early")
        return bit

    def finish(self):
        if self.data[self.passed:] != self.shortest():
            raise Fault("does not end as it should")


class Packer:
    """One description for both directions: takes what is given and writes it, or reads it, and gives it."""

    def __init__(self, definition, words, coder):
        self.items, self.lists, self.words, self.coder = definition["items"], definition["lists"], words, coder
        self.seen = {}
        self.holders = []
        for item in self.items:
            at = item.get("parent")
            while at is not None and self.items[at]["kind"]["type"] != "repeat":
                at = self.items[at].get("parent")
            self.holders.append(at)

    def bit(self, context, bit=False):
        every, ones = self.seen.get(context, (0, 0))
        bit = self.coder.code((2 * ones + 1) * 32768 // (every + 1), bool(bit))
        self.seen[context] = every + 1, ones + bit
        return bit

    def symbol(self, context, width, value=0):
        known = 1
        for at in reversed(range(width)):
            known = known << 1 | self.bit((context, known), value >> at & 1)
        return known - (1 << width)

    def unsigned(self, what, value=0):
        length = self.symbol(("length", what), 6, (value + 1).bit_length() - 1)
        out = 1
        for at in reversed(range(length)):
            out = out << 1 | self.coder.code(32768, value + 1 >> at & 1)
        return out - 1

    def signed(self, what, value=0):
        negative = self.bit(("sign", what), value < 0)
        size = self.unsigned(what, ~value if value < 0 else value)
        return ~size if negative else size

    def text(self, text=""):
        given, out, preceding = iter(text.encode()), bytearray(), bytes([END] * 4)
        while True:
            byte, known = next(given, END), 1
            for at in reversed(range(8)):
                known = known << 1 | self.coder.code(self.words.chance(preceding, known), byte >> at & 1)
            if known & 255 == END:
                return out.decode()
            out.append(known & 255)
            preceding = preceding[1:] + bytes([known & 255])

    def level(self, holder, given=None):
        """The answers of one level, as a list of pairs."""
        given, out, before = dict(given or []), [], False
        for node, item in enumerate(self.items):
            kind = item["kind"]["type"]
            if self.holders[node] != holder or kind in ("group", "note"):
                continue
            computed = "calculation" in item
            before = self.bit(("present", computed, before), node in given)
            if before:
                value = given.get(node)
                out.append([node, self.rows(node, value) if kind == "repeat" else self.answer(item, computed, value)])
        return out

    def rows(self, node, given):
        count = self.unsigned("rows", len(given or []))
        return [self.level(node, given[at] if given else None) for at in range(count)]

    def answer(self, item, computed, given):
        kind, usual = item["kind"]["type"], USUAL[item["kind"]["type"]]
        name, value = given or ["", None]
        if self.bit(("missing", bool(item.get("missing"))), name == "missing"):
            which = self.symbol("which", 2, MISSING.index(value) if given else 0)
            return ["missing", MISSING[which]]
        found = TYPES.index(name) if given else 0
        if self.bit(("usual", computed, usual), found == usual):
            found = usual
        else:
            found = self.symbol("type", 4, found)
            if found == usual or found >= len(TYPES):
                raise Fault("a type that is not written so")
        return [TYPES[found], self.value(TYPES[found], item["kind"].get("list", {}).get("own"), value)]

    def value(self, name, own, value):
        if name in ("text", "attachment"):
            return self.text(value or "")
        if name == "integer":
            return self.signed("integer", value or 0)
        if name == "decimal":
            digits, scale = value or (0, 0)
            return [self.signed("digits", digits), self.signed("scale", scale)]
        if name == "date":
            return self.signed("date", value or 0)
        if name == "time":
            return self.unsigned("time", value or 0)
        if name == "moment":
            ms, offset = value or (0, 0)
            return [self.signed("moment", ms), self.signed("offset", offset)]
        if name == "point":
            latitude, longitude, accuracy, mock = value or (0, 0, 0, False)
            return [self.signed("latitude", latitude), self.signed("longitude", longitude), self.unsigned("accuracy", accuracy),
                    self.bit("mock", mock)]
        if name == "one":
            return self.text(value or "") if own is None else self.choice(own, value or 0)
        if name == "many" and own is None:
            count = self.unsigned("chosen", len(value or []))
            return [self.text(value[at] if value else "") for at in range(count)]
        if name == "many":
            return [at for at in range(len(self.lists[own]["choices"])) if self.bit(("chosen", own), value and at in value)]
        return None

    def choice(self, own, value):
        count = len(self.lists[own]["choices"])
        value = self.symbol(("list", own), (count - 1).bit_length() if count else 0, value)
        if value >= count:
            raise Fault("a choice that the list does not have")
        return value

    def log(self, answers, given=None):
        by_hand = sorted(self.by_hand(answers))
        count, last, then, out = self.unsigned("lines", len(given or [])), -1, 0, []
        for at in range(count):
            node, seconds = given[at] if given else (0, 0)
            foretold = next((n for n in by_hand if n > last), None)
            if foretold is not None and self.bit("next", node == foretold):
                node = foretold
            else:
                node = self.unsigned("line", node)
                if node == foretold or node >= len(self.items):
                    raise Fault("a line of the log that is not written so")
            then += self.unsigned("seconds", seconds - then if given else 0)
            out.append([node, then])
            last = node
        return out

    def by_hand(self, answers):
        out = set()
        for node, value in answers:
            if self.items[node]["kind"]["type"] == "repeat":
                out.update(*(self.by_hand(row) for row in value))
            elif "calculation" not in self.items[node]:
                out.add(node)
        return out

    def remarks(self, given=None):
        count, out = self.unsigned("remarks", len(given or [])), []
        for at in range(count):
            node, rows, confirms, text = given[at] if given else (0, [], False, "")
            node, depth = self.unsigned("remark", node), self.unsigned("depth", len(rows))
            rows = [self.unsigned("position", rows[i] if given else 0) for i in range(depth)]
            out.append([node, rows, self.bit("confirms", confirms), self.text(text)])
        return out


def unpack(definition, words, data):
    packer = Packer(definition, words, Reader(data))
    answers = packer.level(None)
    out = {"answers": answers, "log": packer.log(answers), "remarks": packer.remarks()}
    packer.coder.finish()
    return out


def pack(definition, words, content):
    packer = Packer(definition, words, Writer())
    packer.level(None, content["answers"])
    packer.log(content["answers"], content["log"])
    packer.remarks(content["remarks"])
    return packer.coder.finish()


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        definition = json.load(file)
    words, status = Words(definition), 0
    for line in sys.stdin:
        data = bytes.fromhex(line)
        try:
            content = unpack(definition, words, data)
            if pack(definition, words, content) != data:
                raise Fault("packs into other bytes")
            print(json.dumps(content, ensure_ascii=False))
        except (Fault, UnicodeDecodeError) as fault:
            print(json.dumps({"fault": str(fault)}))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
