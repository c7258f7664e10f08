"""What the project stands on: `python -m scripts.audit [--online]`. Without `--online` it asks nobody and takes a second.

Offline: the lock pins every library by version and hash, what is installed is what is locked, no pin is known to be vulnerable
(`requirements/advisories.yaml`), and no licence is one we may not pass on. Online, on top: pip-audit against a vulnerability
service, and pip's own word on releases that were withdrawn; what could not be looked up is counted, not passed over.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "lock.txt"
ADVISORIES = ROOT / "requirements" / "advisories.yaml"

BARRED = re.compile(r"(?<![L])A?GPL(?:[- ]?v?3|-3)|Affero|SSPL|BUSL", re.IGNORECASE)
"""Licences whose terms would pass on to who runs or changes this."""

PATIENCE = 120
"""Seconds a question to the outside may take."""


@dataclass(frozen=True)
class Pin:
    """One line of the lock."""

    name: str
    version: str
    hashes: int
    here: bool
    """Whether its marker holds on this machine."""


def pins(lock: str) -> list[Pin]:
    """Read a lock. Raises ValueError for a line that pins nothing."""
    found: list[Pin] = []
    for entry in re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip()):
        requirement = Requirement(entry.partition("--hash")[0].replace("\\", "").strip())
        versions = [one.version for one in requirement.specifier if one.operator == "=="]
        if len(versions) != 1:
            raise ValueError(f"{requirement.name} is not pinned")
        here = requirement.marker is None or requirement.marker.evaluate()
        found.append(Pin(str(canonicalize_name(requirement.name)), versions[0], entry.count("--hash=sha256:"), here))
    return found


def unpinned(found: list[Pin]) -> Iterator[str]:
    """Name pins without a hash, and hosts in the lock."""
    yield from (f"{pin.name} {pin.version} has no hash" for pin in found if not pin.hashes)


def differing(found: list[Pin]) -> Iterator[str]:
    """Name what is installed in another version than it is locked, or not at all."""
    for pin in found:
        try:
            installed = distribution(pin.name).version
        except PackageNotFoundError:
            installed = "missing"
        if pin.here and installed != pin.version:
            yield f"{pin.name} is locked at {pin.version}, and installed: {installed}"


def vulnerable(found: list[Pin], advisories: list[dict[str, str]]) -> Iterator[str]:
    """Name pins that an advisory is about."""
    for pin in found:
        for one in advisories:
            if canonicalize_name(one["package"]) == pin.name and SpecifierSet(one["affected"]).contains(pin.version, prereleases=True):
                yield f"{pin.name} {pin.version}: {one['id']} ({one['about']})"


def licence(of: Distribution) -> str:
    """Return how a library is licensed, by its own description."""
    meta = of.metadata
    classified = [value.rpartition(" :: ")[2] for value in meta.get_all("Classifier") or () if value.startswith("License ::")]
    named = [str(meta[name]).splitlines()[0] for name in ("License-Expression", "License") if meta.get_all(name)]
    return (named[0] if meta.get_all("License-Expression") else "; ".join(classified)) or next(iter(named), "unknown")[:60]


def barred(licences: dict[str, str]) -> Iterator[str]:
    """Name libraries whose only licence is one we may not pass on."""
    for name, text in licences.items():
        choices = re.split(r"\bOR\b|;", text)
        if all(BARRED.search(one) for one in choices):
            yield f"{name}: {text}"


def offline() -> int:
    """Check what can be checked without asking anybody; returns the number of findings."""
    found, snapshot = pins(LOCK.read_text(encoding="utf-8")), yaml.safe_load(ADVISORIES.read_text(encoding="utf-8"))
    licences = {pin.name: licence(distribution(pin.name)) for pin in found if pin.here and _installed(pin.name)}
    wrong = [*unpinned(found), *differing(found), *vulnerable(found, snapshot["advisories"]), *barred(licences)]
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    known = len(snapshot["advisories"])
    sys.stdout.write(f"audit: {len(found)} pins, {known} advisories (reviewed {snapshot['reviewed']}), {len(wrong)} findings\n")
    if "--licences" in sys.argv or "--online" in sys.argv:
        for text, count in Counter(licences.values()).most_common():
            sys.stdout.write(f"  {count:4} {text}: {', '.join(name for name, own in licences.items() if own == text)}\n")
    return len(wrong)


def online() -> int:
    """Ask a vulnerability service and the index; returns the number of findings. What can't be looked up is said."""
    told = _ask("pip_audit", "--require-hashes", "--disable-pip", "-r", str(LOCK), "--progress-spinner=off", "-f", "json", "--timeout=10")
    wrong = 0
    try:
        answers: list[dict[str, Any]] = json.loads(told.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stdout.write("pip-audit: no vulnerability service could be reached; only the advisories above were looked at\n")
    else:
        skipped = [one["name"] for one in answers if "skip_reason" in one]
        hit = [f"{one['name']} {one['version']}: {vuln['id']}" for one in answers for vuln in one.get("vulns", ())]
        wrong += len(hit)
        sys.stderr.writelines(f"{line}\n" for line in hit)
        sys.stdout.write(f"pip-audit: {len(answers) - len(skipped)} of {len(answers)} libraries looked up, {len(hit)} findings\n")
    told = _ask("pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "-r", str(LOCK))
    yanked = re.findall(r"selected for download or install is a yanked version: '(\S+)'", told.stdout + told.stderr)
    sys.stderr.writelines(f"{name} was withdrawn by its makers\n" for name in yanked)
    sys.stdout.write(
        f"pip: {len(yanked)} withdrawn\n" if told.returncode == 0 else "pip: the index could not be asked for withdrawn releases\n"
    )
    return wrong + len(yanked)


def _ask(module: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "")


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def main() -> int:
    """Print what was found; 1 if anything was."""
    return 1 if offline() + (online() if "--online" in sys.argv else 0) else 0


if __name__ == "__main__":
    sys.exit(main())
