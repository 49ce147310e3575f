"""Small and large changes of bytes, text and JSON, all drawn from the given generator."""
import json
import re

NUMBERS = [0, 1, -1, 7, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, 2**32, 2**53, 2**63 - 1, -2**63, 2**63, 2**64,
           10**20, 1e300, -1e300, 0.5, 1e-300]
TEXTS = ["", " ", "\0", "\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202egnp.exe", "../../../etc/passwd", "/", "..", "a" * 300,
         "a" * 70000, "\ud800", "é\u0301", "\r\nX: y", "%2e%2e%2f", "null", "NaN", "true", "-1", "9" * 40, "\uffff", "🎧" * 100,
         "2026-02-30", "1e400", "' OR 1=1 --", "{", "[" * 2000, "http://127.0.0.1:1/", "file:///etc/passwd"]
BLOCKS = [b"\0", b"\xff", b"\x1b[31m", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80", b"NaN", b"\t", b"\n", b"\r\n", b"{", b"}", b"\"",
          b"\\", b"\0" * 512, b"\xff" * 512]


def bytes_of(draw, data, others=()):
    """`data` with one to four changes, occasionally with none."""
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 3, 4])):
        draw.choice(CHANGES)(draw, changed, others)
    return bytes(changed)


def place(draw, data):
    return draw.randrange(len(data)) if data else 0


def span(draw, data, most=4096):
    start = place(draw, data)
    return start, min(len(data), start + draw.choice([1, 2, 4, 16, 100, 512, most]))


def flip(draw, data, _):
    if data:
        data[place(draw, data)] ^= 1 << draw.randrange(8)


def put(draw, data, _):
    if data:
        data[place(draw, data)] = draw.choice([0, 1, 0x20, 0x30, 0x39, 0x7F, 0x80, 0xFF])


def insert(draw, data, _):
    at = place(draw, data)
    data[at:at] = draw.choice(BLOCKS)


def overwrite(draw, data, _):
    at = place(draw, data)
    block = draw.choice(BLOCKS)[:max(0, len(data) - at)]
    data[at:at + len(block)] = block


def delete(draw, data, _):
    start, end = span(draw, data)
    del data[start:end]


def double(draw, data, _):
    start, end = span(draw, data)
    data[end:end] = data[start:end]


def move(draw, data, _):
    start, end = span(draw, data)
    part = data[start:end]
    del data[start:end]
    at = place(draw, data)
    data[at:at] = part


def truncate(draw, data, _):
    del data[place(draw, data):]


def extend(draw, data, _):
    data += draw.randbytes(draw.choice([1, 511, 512, 5000]))


def number(draw, data, _):
    """Replaces a number that is written in digits."""
    found = list(re.finditer(rb"-?\d+", bytes(data[:1 << 20])))
    if found:
        match = draw.choice(found)
        data[match.start():match.end()] = str(draw.choice(NUMBERS)).encode()


def octal(draw, data, _):
    """Replaces a number in a field of a tar header, and corrects the header's checksum."""
    if len(data) < 512:
        return
    at = draw.randrange(len(data) // 512) * 512
    field = draw.choice([(124, 12), (136, 12), (100, 8), (156, 1), (257, 6)])
    value = draw.choice([b"77777777777", b"00000000000", b"-0000000001", b"\xff" * 12, b"00000001000", b"2", b"5", b"L", b"x"])
    data[at + field[0]:at + field[0] + field[1]] = value[:field[1]].ljust(field[1], b"\0")
    header = bytearray(data[at:at + 512])
    header[148:156] = b" " * 8
    data[at + 148:at + 156] = b"%06o\0 " % sum(header)


def splice(draw, data, others):
    if others:
        other = draw.choice(others)
        start, end = span(draw, other)
        at = place(draw, data)
        data[at:at + (end - start if draw.random() < 0.5 else 0)] = other[start:end]


CHANGES = [flip, flip, flip, put, insert, overwrite, delete, double, move, truncate, extend, number, number, octal, splice]


def json_of(draw, data):
    """The JSON text with one to three values changed; if `data` is not JSON, `data` with some bytes changed."""
    try:
        value = json.loads(data)
    except ValueError:
        return bytes_of(draw, data)
    for _ in range(draw.choice([1, 1, 2, 3])):
        value = change(draw, value)
    text = json.dumps(value, ensure_ascii=draw.random() < 0.7)
    return text.encode("utf-8", "surrogatepass")


def change(draw, value):
    """`value` with one node of it changed."""
    places = list(nodes(value))
    if not places or draw.random() < 0.02:
        return odd(draw, value)
    parent, key = draw.choice(places)
    what = draw.randrange(8)
    if what == 0 and isinstance(parent, dict):
        parent[draw.choice(TEXTS[:8]) + str(key)] = parent.pop(key)
    elif what == 1:
        del parent[key]
    elif what == 2 and isinstance(parent, list):
        parent[key:key] = [parent[key]] * draw.choice([1, 2, 50, 2000])
    elif what == 3 and isinstance(parent, list):
        draw.shuffle(parent)
    else:
        parent[key] = odd(draw, parent[key])
    return value


def nodes(value):
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from nodes(value[key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield value, index
            yield from nodes(item)


def odd(draw, value):
    """A value other than `value`, often close to it."""
    near = draw.random()
    if isinstance(value, bool) or value is None or near < 0.3:
        return draw.choice([None, True, False, [], {}, float("nan"), draw.choice(NUMBERS), draw.choice(TEXTS)])
    if isinstance(value, (int, float)):
        return draw.choice([*NUMBERS, value + 1, value - 1, -value, str(value), value * 1000, value // 1000])
    if isinstance(value, str):
        at = draw.randrange(len(value) + 1)
        return draw.choice([draw.choice(TEXTS), value.upper(), value.lower(), value + " ", value[:at],
                            value[:at] + draw.choice(TEXTS) + value[at:], value * 2])
    return draw.choice([None, "", 0, [value], {"a": value}])
