"""Reading `places/<id>/messages/`: routing table, templates and channels. Every error is a BadFile with file, key and reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from models.message_plan import LANGUAGES, Channels, MessagePlan
from models.network import Network
from rules.affair.kinds import KINDS
from rules.messages.affairs_public import affair_happenings
from rules.messages.public import happenings
from store.files import BadFile, parse, read_yaml


def read_message_plan(folder: Path) -> MessagePlan:
    """Routing table and templates; raises BadFile."""
    routing = folder / "routing.yaml"
    files = {language: folder / f"templates.{language}.yaml" for language in LANGUAGES}
    try:
        plan = parse(MessagePlan, {**read_yaml(routing), "templates": {name: read_yaml(path) for name, path in files.items()}}, routing)
    except BadFile as error:
        raise _where_it_stands(error, files) from None
    for place, route in enumerate(plan.routes):
        _known(routing, f"routes.{place}.when", route.when)
    _known(routing, "digest.types", plan.digest.types)
    return plan


def read_channels(path: Path, network: Network) -> Channels:
    """The roads; raises BadFile."""
    channels = parse(Channels, read_yaml(path), path)
    for name, hook in channels.webhooks.items():
        _known(path, f"webhooks.{name}.types", hook.types)
        for wanted in hook.affairs:
            if wanted not in KINDS and wanted not in affair_happenings():
                reason = f'unknown kind or happening "{wanted}", e.g. hazard or hazard.carded'
                raise BadFile(path, f"webhooks.{name}.affairs", reason)
        for town in hook.towns:
            if network.centre(town) == network.county_centre:
                raise BadFile(path, f"webhooks.{name}.towns", f'unknown town "{town}"')
    for unit in channels.bots:
        if network.unit(unit) is None:
            raise BadFile(path, f"bots.{unit}", f'unknown unit "{unit}"')
    return channels


def _known(path: Path, key: str, types: Iterable[str]) -> None:
    for kind in types:
        if kind not in happenings():
            raise BadFile(path, key, f'unknown happening "{kind}"')


def _where_it_stands(error: BadFile, files: dict[str, Path]) -> BadFile:
    """The same error in the file of the language it is about."""
    first, _, rest = error.key.partition(".")
    language, _, inside = rest.partition(".")
    return BadFile(files[language], inside, error.reason) if first == "templates" and language in files else error
