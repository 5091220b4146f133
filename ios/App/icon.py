"""Draws the app's icon, an eye, as Android's ic_launcher.xml has it: `python3 ios/App/icon.py`. Needs nothing but Python."""

import pathlib
import struct
import zlib

SIDE = 1024
SCALE = SIDE / 108  # the drawing of Android is 108 wide
SAMPLES = 3  # along each side of a pixel, so that edges are smooth
BEHIND, WHITE, IRIS = (0x00, 0x51, 0x5C), (0xFF, 0xFF, 0xFF), (0xFF, 0xC8, 0x3D)


def outline():
    """The upper half of the eye as points, from the left corner to the right: two Bezier curves, the second a mirror of the first."""
    half = []
    for step in range(4001):
        t = step / 4000
        # From (54, 34) by (36, 34) and (22, 54) to (22, 54).
        weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        half.append(tuple(sum(w * p[i] for w, p in zip(weights, ((54, 34), (36, 34), (22, 54), (22, 54)))) for i in (0, 1)))
    return half[::-1]


def heights():
    """How far the lid is above the middle (y = 54), by the distance from the middle (x = 54) in hundredths."""
    points, found = outline(), [0.0] * 3201
    for x, y in points:
        found[round((54 - x) * 100)] = 54 - y
    for at in range(3199, -1, -1):
        # Where no point fell, the lid is as high as a little further out.
        found[at] = found[at] or found[at + 1]
    return found


LID = heights()


def colour(x, y):
    """The colour at a point of the drawing."""
    dx, dy = abs(x - 54), abs(y - 54)
    away = dx * dx + dy * dy
    if away <= 36:
        return IRIS
    if away <= 144:
        return BEHIND
    return WHITE if dx < 32 and dy < LID[round(dx * 100)] else BEHIND


def pixel(column, row):
    """The mean of the colours in a pixel."""
    places = [(i + 0.5) / SAMPLES for i in range(SAMPLES)]
    seen = [colour((column + a) / SCALE, (row + b) / SCALE) for a in places for b in places]
    return bytes(round(sum(part) / len(seen)) for part in zip(*seen))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def main():
    # The eye is the same from left and right, from above and below.
    corner = [[pixel(column, row) for column in range(SIDE // 2)] for row in range(SIDE // 2)]
    rows = [b"".join(half + half[::-1]) for half in corner]
    data = b"".join(b"\0" + row for row in rows + rows[::-1])
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    place = pathlib.Path(__file__).parent / "Assets.xcassets/AppIcon.appiconset/AppIcon.png"
    place.write_bytes(png)


main()
