"""What a template may name, and what its editor is told."""

from __future__ import annotations

import pytest

from rules.papers.placeholders import faults, known

RIGHT = (
    "{{ case.code }} {{ paper.number }} {{ typed.remark }}",
    "{% for party in parties %}{{ loop.index }}{{ party.name }}{% endfor %}",
    "{% for one in agreement.promises %}{{ one.due }}{% endfor %}{{ parties[0].name }}",
    "{% if typed.remark %}{{ typed.remark | upper }}{% else %}{{ case.summary or case.code }}{% endif %}",
    "{% for party in parties if party.name %}{{ party.name }}{% endfor %}",
)
WRONG = (
    ("{{ cas.code }}", 'unknown placeholder "cas"'),
    ("{{ case.cod }}", 'unknown placeholder "case.cod"'),
    ("{{ typed.other }}", 'unknown placeholder "typed.other": no such entry'),
    ("{% for party in parties %}{{ party.nam }}{% endfor %}", 'unknown placeholder "party.nam"'),
    ("{{ party.name }}", 'unknown placeholder "party"'),
    ("{% for x in case %}{{ x }}{% endfor %}", '"case" is no list'),
    ("{% for one in agreement.promises %}{% if one.nothing %}x{% endif %}{% endfor %}", 'unknown placeholder "one.nothing"'),
    ("{{ case.code", "the placeholders can't be read: unexpected end of template, expected 'end of print statement'."),
    ("{% include 'x' %}", "include is not for templates of papers"),
    ("{{ case.code.upper() }}", "call is not for templates of papers"),
)


@pytest.mark.parametrize("text", RIGHT)
def test_what_papers_know_may_be_named(text: str) -> None:
    assert faults(text, ["remark"]) == []


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_papers_do_not_know_is_told(text: str, told: str) -> None:
    assert faults(text, ["remark"]) == [told]


def test_every_placeholder_can_be_used() -> None:
    for name in known():
        head, _, tail = name.partition("[].")
        text = f"{{% for one in {head} %}}{{{{ one.{tail} }}}}{{% endfor %}}" if tail else f"{{{{ {name} }}}}"
        if name != "typed":
            assert faults(text, []) == [], name
