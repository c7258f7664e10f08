"""Reading the hand-written data files of a place: YAML and CSV, strictly, with errors that name file, key and reason.

Called by `store/places.py` and `store/calendars.py`. A reader here returns plain data; what the data means is the
models' business.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class BadFile(ValueError):
    """A data file that cannot be used. Its message is for the person who edited the file.

    `places/huaxi/network.yaml: routing.0502.lead: unknown unit "x"`
    """

    def __init__(self, path: Path | str, key: str, reason: str) -> None:
        self.path = Path(path)
        self.key = key
        self.reason = reason
        super().__init__(": ".join(part for part in (shown(self.path), key, reason) if part))


def shown(path: Path) -> str:
    """The path as a person would say it: from the folder `places` on where there is one, else as given."""
    parts = path.parts
    if "places" not in parts:
        return path.as_posix()
    last = len(parts) - 1 - parts[::-1].index("places")
    return "/".join(parts[last:])


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice, which plain YAML silently overwrites."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: dict[Hashable, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem="a key must be a plain word", problem_mark=key_node.start_mark)
        if key in seen:
            problem = f'key "{key}" is written twice, first on line {seen[key]}'
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        seen[key] = line
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


MOST = 20_000_000
"""Longest file taken, in bytes. A device without an end is read no further, either."""


def read_text(path: Path) -> str:
    """The file's text in UTF-8, with or without a byte order mark; raises BadFile when it is missing, too long or not UTF-8."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST + 1)
        if len(data) > MOST:
            raise BadFile(path, "", f"is larger than {MOST} bytes")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BadFile(path, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadFile(path, "", f"is not UTF-8 at byte {error.start}") from error


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds; raises BadFile naming the line for a syntax error or a key written twice."""
    return mapping_of(read_text(path), path)


def mapping_of(text: str, path: Path) -> dict[str, Any]:
    """The mapping a YAML text holds; raises BadFile as `read_yaml` does. `path` is how the errors call it."""
    data = value_of(text, path)
    if not isinstance(data, dict):
        raise BadFile(path, "", "must hold keys and values")
    return data


def value_of(text: str, path: Path) -> Any:
    """What a YAML text holds, of any kind; raises BadFile."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader with one more check  # nosec B506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadFile(path, f"line {line}", error.problem or "is not YAML") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date such as 2026-02-30
        raise BadFile(path, "", f"is not YAML: {error}") from error
    except RecursionError:
        raise BadFile(path, "", "is nested too deep") from None


def read_csv(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV file by column name, with exactly these columns; raises BadFile naming the line."""
    rows = list(csv.reader(read_text(path).splitlines()))
    if not rows or tuple(rows[0]) != columns:
        raise BadFile(path, "line 1", f"the columns must be {','.join(columns)}")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise BadFile(path, f"line {number}", f"has {len(row)} fields instead of {len(columns)}")
        found.append(dict(zip(columns, (cell.strip() for cell in row), strict=True)))
    return found


def parse(model: type[M], data: object, path: Path, key: str = "") -> M:
    """The data as a model; raises BadFile with the first wrong key, as a dotted path below `key`, and the reason."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        where, reason = _told(error)
        raise BadFile(path, f"{key}.{where}".strip("."), reason) from error


def _told(error: ValidationError) -> tuple[str, str]:
    """Key and reason of the error a person should look at first: a misspelt key before the one it leaves missing."""
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
    where = [str(part) for part in first["loc"] if part != "[key]"]
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        missing = [str(one["loc"][-1]) for one in errors if one["type"] == "missing" and one["loc"][:-1] == first["loc"][:-1]]
        reason = f"unknown key; {' and '.join(missing)} is missing" if missing else "unknown key"
    if first["type"] == "document":
        where.append(first["ctx"]["key"])
        reason = first["ctx"]["reason"]
    return ".".join(where), reason
