"""What a procedure may say: the checks know every limit that the rules know. Mistakes themselves: `tests/store/test_places.py`."""

from __future__ import annotations

from rules.limits import OWED, VISITS
from rules.procedure_checks import ENDINGS, faults
from tests.support.core import huaxi


def test_every_limit_that_the_rules_ask_for_may_be_written() -> None:
    assert {*OWED, *VISITS} <= set(ENDINGS)


def test_the_procedure_of_huaxi_is_without_fault() -> None:
    library, docs = huaxi()
    assert list(faults(library.procedure(docs.procedure))) == []
