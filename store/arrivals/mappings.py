"""The senders of a place: `places/<id>/arrivals/*.yaml`, checked against its network, its risk table and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.affair.watch.book import WatchBook
from models.arrival import Rule, Sender, TypeRule
from models.network import Network
from models.risk import RiskTable
from models.words import Role
from rules.authority import permit
from rules.watch.kind import REPORTERS
from store.files import BadFile, parse, read_yaml

FOLDER = "arrivals"


def read_senders(folder: Path, network: Network, risk: RiskTable, watches: WatchBook | None = None) -> dict[str, Sender]:
    """The senders by id, which is the name of their file; raises BadFile naming file, key and reason."""
    found = {path.stem: read_sender(path, network, risk, watches) for path in sorted((folder / FOLDER).glob("*.yaml"))}
    for sender in found.values():
        for other in found.values():
            if other.id < sender.id and (shared := next((one for one in sender.sources if other.speaks_for(one)), None)) is not None:
                raise BadFile(folder / FOLDER / f"{sender.id}.yaml", "sources", f'"{shared}" is a source of {other.id}, too')
    return found


def read_sender(path: Path, network: Network, risk: RiskTable, watches: WatchBook | None = None) -> Sender:
    """One sender; `watches` is the book its signals are types of. Raises BadFile."""
    sender = parse(Sender, {**read_yaml(path), "id": path.stem}, path)
    _check_post(path, sender, network)
    for name, rule in sender.types.items():
        for key, reason in _faults(rule, network, risk, watches):
            raise BadFile(path, f"types.{name}.{key}", reason)
    return sender


def _check_post(path: Path, sender: Sender, network: Network) -> None:
    """Refuse a post that no unit has, or that may not do what is done in its name."""
    role, _, unit = sender.post.partition("@")
    unit_id = unit.partition("#")[0]
    towns = sorted({one.town for one in network.places.values() if one.town})
    found = network.unit(unit_id.replace("{town}", towns[0] if towns else ""))
    if role not in tuple(Role) or found is None or role not in found.roles:
        raise BadFile(path, "post", f'there is no post "{sender.post}"')
    for name, rule in sender.types.items():
        may = Role(role) in REPORTERS if rule.do == "signal" else permit(rule.do, Role(role))
        if not may:
            raise BadFile(path, f"types.{name}.do", f"a {role} may not {rule.do}")


def _faults(rule: TypeRule, network: Network, risk: RiskTable, watches: WatchBook | None) -> Iterator[tuple[str, str]]:
    place, signs = rule.fields.get("place"), rule.fields.get("risk_signs")
    for word in _words(place):
        if network.place(str(word)) is None:
            yield "fields.place", f'unknown place "{word}"'
    for word in _words(signs):
        if word and word not in risk.signs:
            yield "fields.risk_signs", f'unknown sign "{word}"'
    for word in _words(rule.fields.get("signal")):
        if watches is None or word not in watches.signals:
            yield "fields.signal", f'unknown signal "{word}"'
        elif watches.signals[str(word)].by_hand:
            yield "fields.signal", f'"{word}" is entered by a person alone'


def _words(rule: Rule | None) -> Iterator[object]:
    """Yield what a rule may write by itself."""
    if rule is not None:
        yield from (word for word in (rule.value, rule.default, *rule.table.values()) if word is not None)
