"""Takes personal data and secrets out of what is about to be logged: numbers, addresses, tokens, cookies, passwords in addresses.

Pure functions over text and values, the last wall before a log line: nothing of ours means to log such things, but libraries and
mistakes do. What stays readable: codes of cases and places, dates, hashes, UUIDs, positions. Names can't be told from other
words, so texts that may hold them (those of exceptions, of values that a check refused) are dropped as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from typing import Any
from uuid import UUID

from service.secrecy.telling import told

GONE = "〔…〕"
"""Stands where something was."""

LONGEST = 20_000
"""Characters of a text that are logged; nobody reads on, and looking through more takes time."""

DEPTH = 8
"""How deep a value is walked through; what lies below is dropped."""

SECRET_KEYS = re.compile(
    r"(?i)^(.*[-_.])?(authorization|cookie|set[-_]cookie|password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|dsn"
    r"|phone|mobile|id[-_]?number|e?mail|master[-_]key)$"
)
"""Names whose value is never logged, whatever it is."""

PLAIN = (datetime, date, time, timedelta, Decimal, UUID, PurePath, Enum, IPv4Address, IPv6Address)
"""What is written as it writes itself."""

GAP = "[ \t\u00a0\u00b7\u2010-\u2015-]{0,2}"
"""What people write between the digits of a number."""


def _spaced(*parts: str) -> str:
    return GAP.join(parts)


D = r"\d"
STARTS, ENDS = r"(?<!\d)(?<!\d\.)", r"(?!\d)"
MONTH, DAY = f"(?:0{GAP}[1-9]|1{GAP}[0-2])", f"(?:0{GAP}[1-9]|[12]{GAP}{D}|3{GAP}[01])"

IDENTITY = re.compile(STARTS + _spaced(*[D] * 6, "(?:1", "[89]|2", "0)", D, D, MONTH, DAY, D, D, D, r"[\dXx]") + r"(?![0-9])")
"""Number of an identity card (GB 11643): place, day of birth, number, check digit; a wrong check digit is a person's all the same."""

PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"
OLD_IDENTITY = re.compile(rf"{STARTS}{PROVINCE}\d{{4}}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}{ENDS}")
CARD = re.compile(STARTS + _spaced("[2-69]", *[D] * 15) + f"(?:{GAP}{D}){{0,3}}{ENDS}")
MOBILE = re.compile(rf"{STARTS}(?:(?:\+|00)?{_spaced('8', '6')}{GAP})?{_spaced('1', '[3-9]', *[D] * 9)}{ENDS}")
DOTTED = re.compile(rf"{STARTS}1[3-9]\d\.\d{{4}}\.\d{{4}}{ENDS}")
LANDLINE = re.compile(rf"{STARTS}\(?0[1-9]\d{{1,2}}(?:\)|[- ]|\) ){{1}}\d{{3,4}}[- ]?\d{{4}}{ENDS}")

KEPT = re.compile(
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|\b(?=\d*[a-f])(?:[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{48}|[0-9a-f]{64}|[0-9a-f]{128})\b"
)
"""UUIDs and hashes, inside which a row of digits means nothing."""

DATES = re.compile(r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@(?:[\w-]+\.)+[^\W\d][\w-]*")

WORDS = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL), GONE),
    (re.compile(r"(?i)\b(cookie[\"']?\s*[:=]\s*)[^\r\n]+"), rf"\1{GONE}"),
    (re.compile(r"(?i)\b((?:bearer|basic|digest)\s+)[A-Za-z0-9._~+/=:@-]{6,}"), rf"\1{GONE}"),
    (re.compile(r"(?i)(authorization[\"']?\s*[:=,]\s*(?:b?[\"'])?)(?:\w+\s+)?[^\s\"',}\]]+"), rf"\1{GONE}"),
    (
        re.compile(
            r"(?i)((?:password|passwd|passphrase|secret|token|api[-_]?key|master[-_]key)[\\\"']*\s*[:=]\s*[\\\"']*)[^\s\\\"',;&}\]]+",
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"\bjf_[A-Za-z0-9_-]+"), GONE),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), GONE),
    (re.compile(r"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*://)[^\s/@]*:[^\s'\"]*@"), rf"\1{GONE}@"),
    # What libraries repeat of the values they were given: pydantic, SQLAlchemy, PostgreSQL, asyncio.
    (re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL), f"input_value={GONE}"),
    (re.compile(r"\[parameters: .*?\](?=\s*(?:\(Background|$))", re.DOTALL), f"[parameters: {GONE}]"),
    (re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= )", re.DOTALL), rf"\1({GONE})"),
    (re.compile(r"(Failing row contains )\(.*\)", re.DOTALL), rf"\1({GONE})"),
    (re.compile(r"(exception=\w+)\(.*?\)(?=>|\Z)", re.DOTALL), rf"\1({GONE})"),
)
"""Secrets with a form of their own, and what is put in their place."""

CODED = re.compile(r"%([2-7][0-9A-Fa-f])|\\+u00([2-7][0-9A-Fa-f])")
"""A printable ASCII character as addresses and JSON may write it."""


def scrub(text: str) -> str:
    """Return a text without what must not be logged; one that holds nothing of it comes back as it is."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}{GONE}"
    if "Traceback (most recent call last)" in text:
        text = without_words(text)
    found = _scrubbed(text)
    plain = text
    for _ in range(3):
        less = CODED.sub(lambda match: chr(int(match[1] or match[2], 16)), plain)
        if less == plain:
            break
        plain = less
    if plain != text and (cleaned := _scrubbed(plain)) != plain:
        return cleaned
    return found


def clean(value: Any, depth: int = DEPTH) -> Any:
    """Return a value of any kind as it may be logged: made of text, numbers, lists and dictionaries with text as keys."""
    made: Any
    match value:
        case None | bool() | float():
            made = value
        case str():
            made = scrub(str(value))
        case int():
            made = value if scrub(str(value)) == str(value) else GONE
        case bytes() | bytearray() | memoryview():
            made = scrub(bytes(value).decode("utf-8", "replace"))
        case BaseException():
            made = scrub(told(value))
        case _ if depth == 0:
            made = GONE
        case Mapping():
            made = {scrub(_key(key)): _of(_key(key), item, depth) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            made = [clean(item, depth - 1) for item in value]
        case _ if isinstance(value, PLAIN):
            made = scrub(str(value))
        case _:
            # An object of ours may hold words of a case in any field.
            made = f"<{type(value).__name__}>"
    return made


def without_words(text: str) -> str:
    """Return a traceback written out as text without the source lines and the words of its exceptions."""
    return "\n".join(line for raw in text.splitlines() if (line := _frame(raw)))


def _frame(line: str) -> str:
    if re.match(r'\s+File ".*", line \d+, in ', line) or line.startswith(("Traceback", "During handling", "The above exception")):
        return line
    named = re.match(r"([A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt|Group|[A-Z]\w+))(?::|$)", line)
    return f"{named[1]}: {GONE}" if named else ""


def _key(key: object) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "replace")
    return told(key) if isinstance(key, BaseException) else str(key)


def _of(key: str, value: Any, depth: int) -> Any:
    if SECRET_KEYS.match(key) and value is not None and not isinstance(value, bool):
        return GONE
    return clean(value, depth - 1)


def _scrubbed(text: str) -> str:
    for pattern, instead in WORDS:
        text = pattern.sub(instead, text)
    folded = text if text.isascii() else _folded(text)
    spans = [match.span() for match in MAIL.finditer(folded)]
    shown = _masked(folded, KEPT)
    spans += [match.span() for pattern in (IDENTITY, OLD_IDENTITY) for match in pattern.finditer(shown)]
    spans += [match.span() for match in CARD.finditer(shown) if _is_card(match[0])]
    shown = _masked(shown, DATES)
    spans += [match.span() for pattern in (MOBILE, DOTTED, LANDLINE) for match in pattern.finditer(shown)]
    return _cut(text, spans)


def _folded(text: str) -> str:
    """Return a text of the same length with every digit, letter and mark as ASCII has it, where it has it."""
    return "".join(_ascii(character) for character in text)


def _ascii(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _masked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: "\x00" * len(match[0]), text)


def _is_card(written: str) -> bool:
    """Whether it is a Chinese bank card's, the digits add up as those of a card do (Luhn), or they stand in groups of four."""
    if written.startswith("62") or re.fullmatch(r"\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?", written):
        return True
    digits = [int(one) for one in written if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> str:
    made, at = [], 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        made += [text[at : max(start, at)], *([GONE] if start >= at else [])]
        at = end
    return "".join([*made, text[at:]])
