"""Deterministic CBOR as docs/formats.md has it, section 2, and the shapes of what is read. Python's standard library alone."""

MAX_OBJECT = 1 << 20
MAX_DEPTH = 16


class Fault(Exception):
    """What is wrong, in words."""


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


def head(major, argument):
    """A head in its shortest form."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise Fault("a number that is too large")


def int_bytes(number):
    """An integer."""
    return head(0, number) if number >= 0 else head(1, -1 - number)


class Raw:
    """Bytes that stand in CBOR as they are."""

    def __init__(self, data):
        self.data = data


def encode(value):
    """What `read` gives, in deterministic CBOR: maps in the order of their encoded keys."""
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return int_bytes(value)
    if isinstance(value, str):
        data = value.encode()
        return head(3, len(data)) + data
    if isinstance(value, list):
        return head(4, len(value)) + b"".join([encode(x) for x in value])
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(k + encode(x) for k, x in sorted((encode(k), x) for k, x in value.items()))
    if isinstance(value, Simple):
        return head(7, value.number)
    return value.data


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


def up_to(most):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= most


def list_of(check, most=None, least=0):
    def check_all(v):
        return isinstance(v, list) and least <= len(v) <= (len(v) if most is None else most) and all(check(x) for x in v)
    return check_all


def row_of(*checks):
    return lambda v: isinstance(v, list) and len(v) == len(checks) and all(c(x) for c, x in zip(checks, v))


def row_from(needed, *checks):
    """An array whose positions from `needed` on may be left off."""
    def check(v):
        return isinstance(v, list) and needed <= len(v) <= len(checks) and all(c(x) for c, x in zip(checks, v))
    return check


def map_of(fields):
    """A closed map: key to (check, required)."""
    def check(v):
        if not isinstance(v, dict) or any(key not in fields for key in v):
            return False
        return all(test(v[key]) if key in v else not needed for key, (test, needed) in fields.items())
    return check
