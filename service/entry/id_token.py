"""The id token of an OIDC provider: whether it counts (OpenID Connect Core 3.1.3.7), whom it names, and how well that was proved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry

from models.account import LoginProblem
from service.errors import ProviderProblem

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures by a key that only the provider has. Without `none`, and without `HS…`, whose key would be the client's secret."""

KEY_TYPES = frozenset({"RSA", "EC", "OKP"})

LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

FACTORS = (
    frozenset({"pwd", "pin", "kba"}),
    frozenset({"otp", "hwk", "swk", "sc", "pop", "sms", "tel"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)
"""What one knows, has and is, in the words of RFC 8176. Two of the three are two factors."""

Claims = Mapping[str, Any]


class UnknownKey(Exception):
    """The signature is by none of these keys; the provider may have changed them."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an id token has to say to count here and now."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    now: datetime


def key_set(found: Mapping[str, Any]) -> KeySet:
    """Return the keys of a JWKS that signatures can be checked with; what is for something else, or unreadable, is left out."""
    keys: list[Key] = []
    listed = found.get("keys")
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict) or entry.get("kty") not in KEY_TYPES or entry.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(entry))
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return KeySet(keys)


def verified(text: str, keys: KeySet, expected: Expected) -> Claims:
    """Return the claims of an id token that counts. Raises UnknownKey, ProviderProblem."""
    claims = _signed(text, keys)
    check = jwt.JWTClaimsRegistry(
        now=int(expected.now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        check.validate(claims)
    except JoseError as error:
        raise _wrong(error.error) from None
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp", None if len(audiences) > 1 else expected.client_id)
    if party != expected.client_id:
        raise _wrong("authorized_party")
    if claims.get("nonce") != expected.nonce:
        raise _wrong("nonce")
    return claims


def login_of(claims: Claims, claim: str) -> str | None:
    """Return the login name that this claim gives; None where it gives none.

    Letters outside ASCII are in no login name. They are refused and not folded, or somebody could take at the provider a name
    that only looks like another's.
    """
    value = claims.get(claim)
    if not isinstance(value, str) or not value.isascii() or (claim == "email" and claims.get("email_verified") is not True):
        return None
    return value.lower() or None


def has_second_factor(claims: Claims, acr: Collection[str]) -> bool:
    """Whether the provider says that more was asked than one factor. `acr` are its own words for that."""
    methods = claims.get("amr")
    used = {method for method in methods if isinstance(method, str)} if isinstance(methods, list) else set()
    return claims.get("acr") in acr or "mfa" in used or sum(bool(used & kind) for kind in FACTORS) > 1


def _signed(text: str, keys: KeySet) -> dict[str, Any]:
    if not keys:
        raise UnknownKey
    try:
        return jwt.decode(text, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)).claims
    except (InvalidKeyIdError, BadSignatureError):
        raise UnknownKey from None
    except JoseError as error:
        raise _wrong(error.error) from None
    except (ValueError, RecursionError):
        raise _wrong("malformed") from None


def _wrong(reason: str) -> ProviderProblem:
    return ProviderProblem(LoginProblem.PROVIDER_WRONG, f"token_{reason}")
