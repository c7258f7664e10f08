"""Verify a bundle of Jiefen records (校验证据包). Needs nothing but Python 3.8 or newer: no network, no database, no other file.

    python verify.py [BUNDLE.zip or the folder it was unpacked into]

Prints what was checked and every record that does not hold, by file and number. Exit code: 0 whole, 1 something does not hold, 2 no bundle.
This file is `verify.py` in each bundle, and what `jiefen verify --bundle` runs. So it imports nothing of ours, and must not.

What is in a bundle. Every `….jsonl` file is a list of records, one on a line: `{"hash":…,"n":1,"record":{…}}`, JSON with sorted keys and no
spaces. `n` counts from 1; `hash` is the digest of the hash of the line before, a line break, and `{"n":…,"record":…}`. `manifest.json` says
how many records each file has and what the last hash is. Inside, events, log lines and anchors carry the hashes they had in the system.
Version 1 is of cases; version 2 has `affairs` in its manifest as well, each a folder `affairs/CODE` with the same files.
A digest is `sha256:` or `sm3:` with base64url letters; without a mark it is SHA-256 in hex. Before the first there are 64 zeros.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

FORMAT, VERSION, WITH_AFFAIRS = "jiefen-bundle", 1, 2
GENESIS = "0" * 64
COMMITMENT = 32


class NoBundle(ValueError):
    """What was given is no bundle that this program can read; the argument says why."""


# -- digests -----------------------------------------------------------------------------------------------------------


def digest(text: str, like: str) -> str:
    """Return the digest of a text, in the form of another one. An unknown mark gives a digest that is equal to none."""
    name, mark, _ = like.partition(":")
    if not mark:
        return hashlib.sha256(text.encode()).hexdigest()
    raw = _raw(text.encode(), name)
    return "" if raw is None else name + ":" + _letters(raw)


def commitment(salted: bytes, like: str) -> str:
    """Return the commitment to salt and text, in the form of another one."""
    name, mark, _ = like.partition(".")
    if not mark:
        return hashlib.sha256(salted).hexdigest()[:COMMITMENT]
    raw = _raw(salted, name)
    return "" if raw is None else (name + "." + _letters(raw))[:COMMITMENT]


def _raw(data: bytes, name: str) -> bytes | None:
    if name == "sha256":
        return hashlib.sha256(data).digest()
    if name != "sm3":
        return None
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        return sm3(data)


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest (GB/T 32905-2016), for a Python whose OpenSSL does not have it."""
    state: tuple[int, ...] = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    for at in range(0, len(padded), 64):
        state = _sm3_block(state, padded[at : at + 64])
    return struct.pack(">8I", *state)


def _turn(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def _sm3_words(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        words.append(mixed ^ _turn(mixed, 15) ^ _turn(mixed, 23) ^ _turn(words[j - 13], 7) ^ words[j - 6])
    return words


def _sm3_block(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words = _sm3_words(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < 16
        ss1 = _turn((_turn(a, 12) + e + _turn(0x79CC4519 if early else 0x7A879D8A, j)) & 0xFFFFFFFF, 7)
        mix_a = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        mix_e = e ^ f ^ g if early else (e & f) | (~e & 0xFFFFFFFF & g)
        tt1 = (mix_a + d + (ss1 ^ _turn(a, 12)) + (words[j] ^ words[j + 4])) & 0xFFFFFFFF
        tt2 = (mix_e + h + ss1 + words[j]) & 0xFFFFFFFF
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return tuple(one ^ other for one, other in zip(state, (a, b, c, d, e, f, g, h)))  # noqa: B905 - Python 3.8 knows no `strict`


# -- reading -----------------------------------------------------------------------------------------------------------


def canonical(value: object) -> str:
    """Return the one text of a value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(path: Path) -> dict[str, bytes]:
    """Return all files of a bundle by name. Bytes that were changed in a zip file are returned as they are: we name them ourselves."""
    if path.is_dir():
        return {str(found.relative_to(path).as_posix()): found.read_bytes() for found in sorted(path.rglob("*")) if found.is_file()}
    try:
        with zipfile.ZipFile(path) as packed:
            return {entry.filename: _unpacked(path, packed, entry) for entry in packed.infolist()}
    except (OSError, zipfile.BadZipFile, struct.error, NotImplementedError) as error:
        raise NoBundle("it can't be unpacked: " + str(error)) from None


def _unpacked(path: Path, packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type != zipfile.ZIP_STORED:
        return packed.read(entry)
    # Read past the checksum of the zip file, which would only say that something is wrong somewhere.
    with path.open("rb") as stream:
        stream.seek(entry.header_offset + 26)
        name, extra = struct.unpack("<HH", stream.read(4))
        stream.seek(entry.header_offset + 30 + name + extra)
        return stream.read(entry.file_size)


# -- checking ----------------------------------------------------------------------------------------------------------


def check(files: Mapping[str, bytes]) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest and everything that does not hold. Raises NoBundle."""
    manifest, faults = _manifest(files)
    try:
        _contents(files, manifest, faults)
    except (KeyError, TypeError, AttributeError):
        faults.append("manifest.json: it has other fields than it was written with")
    return manifest, list(dict.fromkeys(faults))


def _contents(files: Mapping[str, bytes], manifest: Mapping[str, Any], faults: list[str]) -> None:
    """Check each file, and each case and affair with what proves it."""
    records: dict[str, list[dict[str, Any]]] = {}
    for name, end in sorted(manifest["files"].items()):
        records[name] = list(_records(name, files.get(name), end, faults))
    for name, wanted in sorted(manifest["plain"].items()):
        found = files.get(name)
        if found is None or digest(found.decode("utf-8", "replace"), wanted) != wanted:
            faults.append(name + ": it is missing" if found is None else name + ": it is not the file it was")
    known = {"manifest.json", *manifest["files"], *manifest["plain"]}
    faults += [name + ": it was not in the bundle" for name in sorted(files) if name not in known and not name.endswith("/")]
    anchors = _anchors(records.get("anchors.jsonl", []), faults)
    for case in manifest["cases"]:
        _part({**case, "id": case["case_id"], "leaf": case["case_id"], "folder": f"cases/{case['code']}/"}, records, anchors, faults)
    for affair in _affairs(manifest):
        own, leaf = affair["affair_id"], "affair:" + affair["affair_id"]
        _part({**affair, "id": own, "leaf": leaf, "folder": f"affairs/{affair['code']}/"}, records, anchors, faults)


def _affairs(manifest: Mapping[str, Any]) -> list[Any]:
    """Return the affairs of a bundle; one of version 1 has none, whatever stands in it."""
    return list(manifest["affairs"]) if manifest["version"] == WITH_AFFAIRS else []


def _manifest(files: Mapping[str, bytes]) -> tuple[dict[str, Any], list[str]]:
    try:
        manifest = json.loads(files["manifest.json"].decode())
        if manifest["format"] != FORMAT or manifest["version"] not in (VERSION, WITH_AFFAIRS):
            raise NoBundle("it is of another format: " + str(manifest["format"]) + " " + str(manifest["version"]))
        rest = canonical({name: value for name, value in manifest.items() if name != "hash"})
        faults = [] if digest(rest, manifest["hash"]) == manifest["hash"] else ["manifest.json: it is not the one that was written"]
        if canonical(manifest) + "\n" != files["manifest.json"].decode():
            faults = ["manifest.json: it is not the one that was written"]
        if not all(isinstance(manifest[name], kind) for name, kind in (("files", dict), ("plain", dict), ("cases", list))):
            raise NoBundle("its manifest.json has other fields")
        if manifest["version"] == WITH_AFFAIRS and not isinstance(manifest["affairs"], list):
            raise NoBundle("its manifest.json has other fields")
    except NoBundle:
        raise
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NoBundle("its manifest.json is missing or can't be read") from None
    return manifest, faults


def _records(name: str, raw: bytes | None, end: Mapping[str, Any], faults: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the records of a file up to the first that does not hold, which is named."""
    if raw is None:
        faults.append(name + ": it is missing")
        return
    before, count = GENESIS, 0
    lines = raw.decode("utf-8", "replace").split("\n")
    for place, line in enumerate(lines[:-1] if lines[-1] == "" else lines, start=1):
        wrong = _line_fault(line, place, before)
        if wrong:
            faults.append(f"{name} record {place}: {wrong}")
            return
        found = json.loads(line)
        before, count = found["hash"], place
        yield found["record"]
    if lines[-1] != "":
        faults.append(f"{name} record {count}: the line does not end")
    if count < end["records"]:
        faults.append(f"{name} record {count + 1}: it is missing, the file ends before it")
    elif count > end["records"]:
        faults.append(f"{name} record {end['records'] + 1}: there were only {end['records']}")
    elif before != end["end"]:
        faults.append(f"{name} record {count}: the file ended with another one")


def _line_fault(line: str, place: int, before: str) -> str:
    try:
        found = json.loads(line)
        number, record, said = found["n"], found["record"], found["hash"]
    except (ValueError, KeyError, TypeError):
        return "it can't be read"
    if canonical(found) != line or not isinstance(record, dict) or not isinstance(said, str):
        return "it is not written as it was"
    if number != place:
        return f"it is missing, in its place stands record {number}"
    return "" if digest(before + "\n" + canonical({"n": number, "record": record}), said) == said else "it is not the one that was written"


def _part(
    part: Mapping[str, Any], records: dict[str, list[dict[str, Any]]], anchors: Mapping[int, Mapping[str, Any]], faults: list[str]
) -> None:
    """Check a case or an affair: its line in the manifest, with its id, what anchors call it, and the folder of its files."""
    folder = part["folder"]
    checks: list[tuple[str, Callable[..., Iterator[str]]]] = [
        ("events.jsonl", _events), ("looks.jsonl", _looks), ("inclusion.jsonl", _inclusion), ("words.jsonl", _words),
    ]  # fmt: skip
    for name, checking in checks:
        try:
            faults.extend(folder + name + " " + fault for fault in checking(part, records.get(folder + name, []), records, anchors))
        except (KeyError, TypeError, ValueError, AttributeError):
            faults.append(folder + name + ": its records have other fields")


def _events(part: Mapping[str, Any], events: list[dict[str, Any]], _: dict[str, list[dict[str, Any]]], __: object) -> Iterator[str]:
    hashes = [GENESIS]
    for place, event in enumerate(events, start=1):
        body = json.loads(event["body"])
        at = f"record {place}: "
        if event["seq"] != place or body["seq"] != place:
            yield at + f"it is event {body['seq']} that stands here"
            return
        if digest(hashes[-1] + "\n" + event["body"], event["hash"]) != event["hash"]:
            yield at + "its text or its hash was changed"
            return
        for name, said in (("type", body["what"]["type"]), ("at", body["at"]), ("action_id", body["action_id"])):
            if event[name] != said:
                yield at + name + " is " + str(event[name]) + ", the text says " + str(said)
        if body["what"]["type"] == "archived" and body["what"]["seal"] != hashes[-1]:
            yield at + "the seal is not the hash of the events before it"
        if body["what"]["type"] == "audited" and body["what"]["checked_head"] not in hashes:
            yield at + "the head that the audit saw is none of the events before it"
        hashes.append(event["hash"])
    if (len(events), hashes[-1]) != (part["events"], part["head"]):
        yield f"record {len(events) + 1}: the manifest says {part['events']} events, ending with {part['head']}"


def _looks(part: Mapping[str, Any], looks: list[dict[str, Any]], _: dict[str, list[dict[str, Any]]], __: object) -> Iterator[str]:
    last: tuple[int, str] | None = None
    for place, look in enumerate(looks, start=1):
        at = f"record {place}: "
        text = json.loads(look["text"])
        if digest(look["before"] + "\n" + look["text"], look["hash"]) != look["hash"]:
            yield at + f"line {look['id']} of the log is not the one that was written"
        if text["case_id"] != part["id"] or text.get("id", str(look["id"])) != str(look["id"]):
            yield at + "it is a look at another record, or another line"
        if last is not None and (look["id"] <= last[0] or (look["id"] == last[0] + 1 and look["before"] != last[1])):
            yield at + f"it does not come after line {last[0]} of the log"
        last = look["id"], look["hash"]


def _anchors(records: list[dict[str, Any]], faults: list[str]) -> dict[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    before: tuple[int, str] | None = None
    for place, record in enumerate(records, start=1):
        at = f"anchors.jsonl record {place}: "
        try:
            anchor = json.loads(record["body"])
            number, previous = anchor["number"], anchor["previous"]
        except (KeyError, TypeError, ValueError):
            faults.append(at + "it can't be read")
            break
        if digest(previous + "\n" + record["body"], record["hash"]) != record["hash"]:
            faults.append(at + f"anchor {number} is not the one that was made")
        if before is not None and (number, previous) != (before[0] + 1, before[1]):
            faults.append(at + f"anchor {number} does not follow from anchor {before[0]}")
        before, found[number] = (number, record["hash"]), anchor
    return found


def _inclusion(
    part: Mapping[str, Any],
    proofs: list[dict[str, Any]],
    records: dict[str, list[dict[str, Any]]],
    anchors: Mapping[int, Mapping[str, Any]],
) -> Iterator[str]:
    events = records.get(part["folder"] + "events.jsonl", [])
    for place, proof in enumerate(proofs, start=1):
        at = f"record {place}: "
        anchor, seq = anchors.get(proof["anchor"]), proof["seq"]
        if anchor is None:
            yield at + f"anchor {proof['anchor']} is not in the bundle"
            continue
        if not 0 < seq <= len(events) or events[seq - 1]["hash"] != proof["head"]:
            yield at + f"anchor {proof['anchor']} saw another event {seq}"
        root = anchor["root"]
        climbed = digest(f"leaf\n{part['leaf']} {seq} {proof['head']}", root)
        for left, beside in proof["steps"]:
            pair = (beside, climbed) if left else (climbed, beside)
            climbed = digest("node\n{}\n{}".format(*pair), root)
        if climbed != root:
            yield at + f"it does not lead to the root of anchor {proof['anchor']}"


def _words(part: Mapping[str, Any], words: list[dict[str, Any]], records: dict[str, list[dict[str, Any]]], _: object) -> Iterator[str]:
    bodies = "\n".join(event["body"] for event in records.get(part["folder"] + "events.jsonl", []))
    for place, word in enumerate(words, start=1):
        at = f"record {place}: "
        said = word["ref"].rpartition(":")[2]
        if commitment(bytes.fromhex(word["salt"]) + word["text"].encode(), said) != said:
            yield at + f"the words are not those that event {word['event']} commits to"
        if word["ref"] not in bodies:
            yield at + "no event refers to these words"


# -- the program -------------------------------------------------------------------------------------------------------


def summary(manifest: Mapping[str, Any]) -> list[str]:
    """Return what is in the bundle, a line for each case and each affair."""
    made = (str(manifest.get(name)) for name in ("format", "version", "made_at", "asked_by", "purpose"))
    entries = [one for one in (*manifest["cases"], *_affairs(manifest)) if isinstance(one, dict)]
    records = [f"{one.get('code')}: {one.get('events')} events, head {one.get('head')}" for one in entries]
    return ["  ".join(made), f"hash of the manifest: {manifest['hash']}", *records]


def main(arguments: list[str]) -> int:
    """Verify the bundle named, or the folder this file lies in."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        manifest, faults = check(read(path))
    except NoBundle as error:
        sys.stderr.write(f"no bundle: {error}\n")
        return 2
    lines = [*summary(manifest), *("WRONG  " + fault for fault in faults), "BROKEN" if faults else "WHOLE"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
