"""The certificate (证书): what was asked for, what went wrong on purpose, how much there was, and which claims hold."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.chaos.doing import Trouble
from bench.chaos.faults import Fault
from bench.chaos.judge import Claim, Record
from bench.chaos.listener import Listener
from bench.chaos.told import Memory
from models.anchor import CaseEnd
from models.words import Algorithm
from rules import merkle
from service.settings import ROOT
from service.temporal_server import temporal_binary

CARDS, RUNGS = frozenset({"carded"}), frozenset({"escalated", "leader_charged"})


def root(record: Record, algorithm: Algorithm) -> str:
    """Return the one digest over the ends of all cases, as the anchors have it."""
    ends = [CaseEnd(case_id=case.case_id, seq=case.seq, head=case.head) for case in record.cases.values()]
    return merkle.root(merkle.ordered(ends, algorithm), algorithm)


def faults(trouble: Trouble, possible: frozenset[Fault]) -> dict[str, Any]:
    """Return how often each fault was done and how many seconds it lasted; of one that could not be, why not."""
    found: dict[str, Any] = {}
    for fault in Fault:
        if fault in possible:
            found[fault] = {"times": trouble.done[fault], "seconds": round(trouble.lasted.get(fault, 0.0), 1)}
    return found | {"starts": {name: part.starts for name, part in trouble.on.parts.items()}}


def counts(memory: Memory, record: Record, listener: Listener) -> dict[str, Any]:
    """Return how much there was of everything."""
    types = [event.type for events in record.events.values() for event in events]
    accepted = sum(one.accepted for one in memory.told)
    return {
        "cases": len(record.cases),
        "cases_ended": sum(case.ended for case in record.cases.values()),
        "actions_accepted": accepted,
        "actions_refused": len(memory.told) - accepted,
        "requests": memory.asked,
        "requests_without_answer": dict(sorted(memory.troubles.items())),
        "events": len(types),
        "reminders": types.count("reminded"),
        "cards": sum(kind in CARDS for kind in types),
        "rungs": sum(kind in RUNGS for kind in types),
        "restarts_from_the_record": types.count("restarted"),
        "deliveries": len(listener.heard),
        "delivered_again": len(listener.heard) - len(set(listener.heard)),
        "answered_late": listener.did["late"],
        "answered_with_an_error": listener.did["refused"],
    }


def versions(database: str) -> dict[str, str]:
    """Return what all of it ran on."""
    said = subprocess.run([temporal_binary(), "--version"], capture_output=True, text=True, check=False).stdout.strip()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "jiefen": f"{version('jiefen')} {commit}".strip(),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "temporal": said,
        "database": database if database != "sqlite" else f"SQLite {sqlite3.sqlite_version}",
        "cores": str(os.cpu_count()),
    }


def show(certificate: dict[str, Any], claims: Sequence[Claim]) -> None:
    """Print it for people."""
    table = Table("claim", "of", "holds", title=f"chaos, seed {certificate['settings']['seed']}")
    for claim in claims:
        table.add_row(claim.name, str(claim.of), "yes" if claim.holds else f"[red]NO, {len(claim.offending)}[/red]")
    console = Console()
    console.print(table)
    for claim in claims:
        for one in claim.offending[:5]:
            console.print(f"  {one}", markup=False)
    console.print("holds" if certificate["holds"] else "DOES NOT HOLD")
