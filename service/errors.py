"""What a use case may answer instead of a result. Faces turn these into one clear line, page or problem document."""

from __future__ import annotations

from models.account import AccountProblem, LoginProblem, StandInProblem
from models.erasure import ErasureProblem
from models.paper.refusal import PaperProblem
from models.refusal import Refusal, RefusalCode
from store.keyring.keys import KeyProblem

__all__ = [
    "ANSWERS",
    "AccountRefused",
    "ErasureRefused",
    "KeyProblem",
    "NotStamped",
    "PaperRefused",
    "ProviderProblem",
    "PurposeNeeded",
    "Refused",
    "Unavailable",
    "UnknownAffair",
    "UnknownArrival",
    "UnknownCase",
    "refuse",
]

ANSWERS: dict[str, tuple[str, str]] = {
    "unknown_case": ("没有这个案件，或者您无权查看", "There is no such case, or it is not yours to see"),
    "unknown_affair": ("没有这项事务，或者您无权查看", "There is no such affair, or it is not yours to see"),
    "unknown_arrival": ("没有这条来件，或者您无权查看", "There is no such arrival, or it is not yours to see"),
    "unavailable": ("系统暂时不可用，请稍后用同一编号重试", "Not available just now; ask again with the same id"),
}
"""The sentences of what is no refusal; those of refusals are in `models/refusal.py`."""


class Refused(Exception):
    """The action was refused; nothing was written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.code))
        self.refusal = refusal


class PurposeNeeded(Refused):
    """Who looks has to say why first. `code` is that of the case."""

    def __init__(self, code: str) -> None:
        super().__init__(Refusal(code=RefusalCode.PURPOSE_NEEDED, detail=code))
        self.code = code


class UnknownCase(LookupError):
    """There is no such case; its argument is the code that was asked for."""


class UnknownAffair(LookupError):
    """There is no such affair; its argument is the code that was asked for."""


class UnknownArrival(LookupError):
    """There is no such arrival, or it is not this person's to see."""


class Unavailable(RuntimeError):
    """The answer is not known yet: a server is away or slow. Asking again with the same action id is safe."""


class AccountRefused(Exception):
    """An account can't be made, or changed so; nothing was written."""

    def __init__(self, code: AccountProblem | StandInProblem) -> None:
        super().__init__(str(code))
        self.code = code


class ErasureRefused(Exception):
    """Something is not erased, nor kept on, nor shown of the lists of it; nothing was written."""

    def __init__(self, code: ErasureProblem) -> None:
        super().__init__(str(code))
        self.code = code


class PaperRefused(Exception):
    """A paper is not made, taken in or handed out; nothing was written. `detail` names a field or a kind, never words of a case."""

    def __init__(self, code: PaperProblem, detail: str = "") -> None:
        super().__init__(str(code))
        self.code = code
        self.detail = detail


class NotStamped(RuntimeError):
    """The site's command has not stamped an anchor; the argument says how it ended, never what it wrote."""


class ProviderProblem(Exception):
    """A sign-in through an OIDC provider can't go on. `reason` is one word of ours for the log, never one of the provider's."""

    def __init__(self, code: LoginProblem, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


def refuse(code: RefusalCode, detail: str = "") -> Refused:
    """Return the exception for a refusal of the service's own."""
    return Refused(Refusal(code=code, detail=detail))
