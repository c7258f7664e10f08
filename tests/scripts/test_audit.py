"""The audit without a network: a pin without a hash, one known to be vulnerable, another installed version, a barred licence."""

from __future__ import annotations

from importlib.metadata import version

import pytest
import yaml

from scripts.audit import ADVISORIES, LOCK, barred, differing, pins, unpinned, vulnerable

LINES = """\
jinja2==3.1.5 \\
    --hash=sha256:aa
    # via jiefen
yarl==1.0 ; sys_platform == 'nowhere' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
plain==2.0
"""


def test_a_lock_is_read_with_versions_hashes_and_markers() -> None:
    jinja, yarl, plain = pins(LINES)
    assert (jinja.name, jinja.version, jinja.hashes, jinja.here) == ("jinja2", "3.1.5", 1, True)
    assert (yarl.hashes, yarl.here) == (2, False)
    assert list(unpinned([jinja, yarl, plain])) == ["plain 2.0 has no hash"]
    with pytest.raises(ValueError, match="not pinned"):
        pins("loose>=1")


def test_what_is_installed_has_to_be_what_is_locked() -> None:
    found = list(differing(pins(LINES)))
    assert found == [
        f"jinja2 is locked at 3.1.5, and installed: {version('jinja2')}",
        "plain is locked at 2.0, and installed: missing",
    ]


def test_a_pin_that_is_known_to_be_vulnerable_is_found() -> None:
    advisories = yaml.safe_load(ADVISORIES.read_text(encoding="utf-8"))["advisories"]
    (found,) = vulnerable(pins(LINES), advisories)
    assert "CVE-2025-27516" in found
    locked = {pin.name for pin in pins(LOCK.read_text(encoding="utf-8"))}
    assert {one["package"] for one in advisories} & locked
    assert len({one["package"] for one in advisories} & locked) > 10


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("MIT", True),
        ("GNU Lesser General Public License v3 or later (LGPLv3+)", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-or-later", False),
        ("GNU Affero General Public License v3", False),
        ("AGPLv3", False),
    ],
)
def test_a_licence_that_would_pass_on_is_barred(text: str, ok: bool) -> None:
    assert bool(list(barred({"x": text}))) is not ok
