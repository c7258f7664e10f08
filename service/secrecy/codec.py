"""The codec server (编解码): shows whoever operates Temporal what stands in its sealed payloads, in its pages and on its command line.

Temporal asks in its own form, JSON of `temporal.api.common.v1.Payloads`, and gets the same back. What is behind the seal names
nobody: words and persons are in the vault. Who opens how many is entered in the account log before the answer goes out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from models.account import Identity, TokenScope
from models.account_log import AccountAct, AccountEntry, Doer
from models.refusal import RefusalCode
from rules.keeping import PAYLOAD_READERS
from service.errors import refuse
from service.office import Office
from store.entry.account_log import AccountLog


class Codec:
    """Opens and seals payloads for one person. Every method raises Refused (`not_allowed`, `invalid`), KeyProblem, StoreAway."""

    def __init__(self, office: Office, by: Identity) -> None:
        self._office = office
        self._by = by

    async def decode(self, body: bytes, namespace: str = "") -> str:
        """Open; what is not sealed comes back as it is."""
        payloads = self._read(body, namespace)
        doer, now = Doer.of(self._by), self._office.now()
        entry = AccountEntry.of(now, doer, AccountAct.PAYLOADS_OPENED, self._by.account, str(len(payloads.payloads)))
        await AccountLog(self._office.store).add(entry)
        return await _told(payloads, self._office.codec.decode)

    async def encode(self, body: bytes, namespace: str = "") -> str:
        """Seal."""
        return await _told(self._read(body, namespace), self._office.codec.encode)

    def _read(self, body: bytes, namespace: str) -> Payloads:
        if self._by.actor.role not in PAYLOAD_READERS or not self._by.good_for(TokenScope.CODEC):
            raise refuse(RefusalCode.NOT_ALLOWED)
        if namespace not in {"", self._office.client.namespace}:
            raise refuse(RefusalCode.INVALID, "X-Namespace")
        try:
            return Parse(body, Payloads())
        except (ParseError, UnicodeDecodeError, RecursionError):
            raise refuse(RefusalCode.INVALID, "payloads") from None


async def _told(payloads: Payloads, coded: Callable[[Sequence[Payload]], Awaitable[list[Payload]]]) -> str:
    return MessageToJson(Payloads(payloads=await coded(payloads.payloads)), indent=None)
