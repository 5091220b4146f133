#!/usr/bin/env python3
"""Opens rows of read notices with the secrets of their phones, as docs/formats.md has it, section 13.

HKDF, ChaCha20 and Poly1305 are written here from their RFCs: slow, not in constant time, and for checks only.

    python3 row.py < rows.txt      a row a line, in hexadecimal: psk, desk, label, sealed row

Prints a JSON object for each: `last`, `hash`, `gaps`, `attachments` and `letters`, or `fault`. Exit status: 0 when all opened, 1 on any
fault, 2 when it is called wrongly.
"""

import hmac
import json
import sys

from cbor import Fault, Reader, list_of, of_bytes, row_of, whole

PLAIN, SEALED = 144, 172
ROW_SHAPE = row_of(whole(63), of_bytes(32), list_of(whole(63)), whole(63), whole(64))


def hkdf(secret, info, length):
    """RFC 5869 with SHA-256 and no salt."""
    key, out, block = hmac.digest(bytes(32), secret, "sha256"), b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        out += block
    return out[:length]


def chacha20_block(key, counter, nonce):
    """RFC 8439, section 2.3."""
    data = b"expand 32-byte k" + key + counter.to_bytes(4, "little") + nonce
    start = [int.from_bytes(data[at:at + 4], "little") for at in range(0, 64, 4)]
    state = list(start)

    def mix(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xffffffff
            word = state[z] ^ state[x]
            state[z] = (word << turn | word >> (32 - turn)) & 0xffffffff

    for _ in range(10):
        for column in range(4):
            mix(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            mix(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return b"".join(((a + b) & 0xffffffff).to_bytes(4, "little") for a, b in zip(state, start))


def chacha20(key, nonce, data):
    """RFC 8439, section 2.4, from block 1 on."""
    stream = b"".join(chacha20_block(key, 1 + at, nonce) for at in range(-(-len(data) // 64)))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, data):
    """RFC 8439, section 2.5."""
    r, sum_ = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff, 0
    for at in range(0, len(data), 16):
        sum_ = (sum_ + int.from_bytes(data[at:at + 16] + b"\x01", "little")) * r % ((1 << 130) - 5)
    return ((sum_ + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def tag_of(key, nonce, aad, ciphertext):
    """RFC 8439, section 2.8."""
    padded = [data + bytes(-len(data) % 16) for data in (aad, ciphertext)]
    lengths = len(aad).to_bytes(8, "little") + len(ciphertext).to_bytes(8, "little")
    return poly1305(chacha20_block(key, 0, nonce)[:32], b"".join(padded) + lengths)


def open_row(psk, desk, label, sealed):
    """The row `[last, hash, gaps, attachments, letters]` that a desk sealed for the phone that has this secret."""
    if [len(part) for part in (psk, desk, label, sealed)] != [32, 16, 16, SEALED]:
        raise Fault("not the lengths of a secret, a device, a label and a sealed row")
    derived = hkdf(psk, b"baqylau/1/read", 48)
    if derived[:16] != label:
        raise Fault("the label is another phone's")
    key, nonce, ciphertext, tag = derived[16:], sealed[:12], sealed[12:-16], sealed[-16:]
    if not hmac.compare_digest(tag_of(key, nonce, label + desk, ciphertext), tag):
        raise Fault("it does not open")
    return read_row(chacha20(key, nonce, ciphertext))


def read_row(plain):
    reader = Reader(plain)
    row = reader.item()
    if not ROW_SHAPE(row):
        raise Fault("not of the shape of a row")
    if any(plain[reader.at:]):
        raise Fault("something else than zeroes behind the row")
    last, _, gaps, _, _ = row
    if len(gaps) > 8 or any(not 0 < gap < last for gap in gaps) or any(b <= a for a, b in zip(gaps, gaps[1:])):
        raise Fault("gaps that do not ascend, are too many, or are not below the last")
    return row


def check_itself():
    """RFC 8439, section 2.8.2, and RFC 5869, A.3."""
    key, nonce, aad = bytes(range(0x80, 0xa0)), bytes.fromhex("070000004041424344454647"), bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    if tag_of(key, nonce, aad, chacha20(key, nonce, plain)).hex() != "1ae10b594f09e26a7e902ecbd0600691":
        raise AssertionError("ChaCha20-Poly1305 is wrong")
    if not hkdf(b"\x0b" * 22, b"", 42).hex().startswith("8da4e775a563c18f715f802a063c5a31"):
        raise AssertionError("HKDF is wrong")


def main():
    if len(sys.argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    check_itself()
    status = 0
    for line in sys.stdin:
        try:
            parts = [bytes.fromhex(word) for word in line.split()]
            if len(parts) != 4:
                raise Fault("not four words")
            last, hash_, gaps, attachments, letters = open_row(*parts)
            print(json.dumps({"last": last, "hash": hash_.hex(), "gaps": gaps, "attachments": attachments, "letters": letters}))
        except (Fault, ValueError) as fault:
            print(json.dumps({"fault": str(fault)}))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
