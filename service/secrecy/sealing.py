"""Sealed payloads: whatever reaches Temporal is encrypted, failures included (design §7, the second wall).

One place for all: `Office.open` gives its client the converter made here, and everything of ours works with that client. A
client that no office has taken over yet (`UNSEALED`) can send nothing at all. What is not sealed is read as it is: histories
recorded before, or by the tests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence

from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from service.handing import HANDED, Payloads
from service.secrecy.ciphers import CIPHERS, Cipher
from store.keyring.keys import KeyProblem
from store.keyring.payload_keys import PayloadKey

ENCODING = b"binary/encrypted"
ENCODING_KEY, CIPHER_KEY, ID_KEY = "encoding", "encryption-cipher", "encryption-key-id"
"""Names in a payload's metadata; the first is Temporal's own, the others are as its samples have them."""

Keys = Callable[[], Awaitable[Sequence[PayloadKey]]]
"""The keys there are now, the one that seals first."""


class SealedPayloads(PayloadCodec):
    """Seals each payload under the newest key and opens it under the key that it names."""

    def __init__(self, keys: Keys, cipher: str) -> None:
        self._keys = keys
        self._cipher = cipher
        self._ready: dict[tuple[bytes, bytes], Cipher] = {}
        """By cipher and id of the key."""
        self._current: tuple[bytes, bytes] = (b"", b"")

    @classmethod
    async def open(cls, keys: Keys, cipher: str) -> SealedPayloads:
        """Return a codec with its keys. Raises KeyProblem, StoreAway."""
        made = cls(keys, cipher)
        await made.renew()
        return made

    async def renew(self) -> None:
        """Take in the keys that have come since; the newest seals from now on. Raises KeyProblem, StoreAway."""
        found = await self._keys()
        current = (self._cipher.encode(), found[0].id.encode())
        if current == self._current:
            return
        self._ready[current] = CIPHERS[self._cipher](found[0].key)
        self._current = current

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal."""
        name, key_id = self._current
        cipher, bound_to = self._ready[self._current], _bound(name, key_id)
        about = {ENCODING_KEY: ENCODING, CIPHER_KEY: name, ID_KEY: key_id}
        return [
            one
            if one.metadata.get(ENCODING_KEY) == HANDED
            else Payload(metadata=about, data=cipher.seal(one.SerializeToString(), bound_to))
            for one in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open what is sealed, and leave the rest. Raises KeyProblem: the key is missing, or the payload was changed."""
        return [await self._opened(one) if one.metadata.get(ENCODING_KEY) == ENCODING else one for one in payloads]

    async def _opened(self, payload: Payload) -> Payload:
        name, key_id = payload.metadata.get(CIPHER_KEY, b""), payload.metadata.get(ID_KEY, b"")
        cipher = self._ready.get((name, key_id))
        if cipher is None:
            cipher = self._ready[name, key_id] = await self._fetched(name, key_id)
        try:
            return Payload.FromString(cipher.open(payload.data, _bound(name, key_id)))
        except InvalidTag:
            raise KeyProblem("a payload does not open under the key that it names: it was changed on its way") from None

    async def _fetched(self, name: bytes, key_id: bytes) -> Cipher:
        """Return a cipher that was not needed so far: a key that another process has made, or another setting's."""
        kind = CIPHERS.get(name.decode(errors="replace"))
        found = next((key for key in await self._keys() if key.id.encode() == key_id), None) if kind is not None else None
        if kind is None or found is None:
            raise KeyProblem("a payload is sealed under a key that is not in the key store: put the right one back")
        return kind(found.key)


class Unsealed(PayloadCodec):
    """Refuses: nobody has said yet under which keys to seal."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raise KeyProblem, unless there is nothing to seal."""
        if payloads:
            raise KeyProblem("this client belongs to no office, and would send its payloads in clear")
        return []

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Leave everything as it is."""
        return list(payloads)


def converter(codec: PayloadCodec) -> DataConverter:
    """Return the converter of the product: pydantic values, sealed by this codec; words and traces of failures as well."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=Payloads,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


UNSEALED = converter(Unsealed())
"""Of a client that no office has taken over yet."""


def sealed(client: Client, codec: PayloadCodec, watched: Sequence[Interceptor] = ()) -> Client:
    """Return the same connection as a client that seals; `watched` is what carries traces, in headers that nobody seals."""
    config = client.config()
    config["data_converter"] = converter(codec)
    config["interceptors"] = [*config["interceptors"], *watched]
    return Client(**config)


def _bound(name: bytes, key_id: bytes) -> bytes:
    return b"jiefen payload\0" + name + b"\0" + key_id
