"""A real OIDC provider as a process of its own: `oidc-provider-mock`, which here insists on PKCE and, when told to, goes wrong.

`python -m tests.support.oidc_provider PORT`. `PUT /twist` says how it goes wrong, see `Twist`; `GET /seen` counts what was asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import warnings
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.oidc_twist import Twist

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import flask
    import oidc_provider_mock
    from joserfc.jwk import RSAKey
    from werkzeug.serving import make_server

TOKEN, KEYS = "/oauth2/token", "/jwks"


class Provider:
    """The provider's state beyond that of the library."""

    def __init__(self) -> None:
        self.twist: Twist = {}
        self.seen: Counter[str] = Counter()
        self.challenges: dict[str, str] = {}
        self.key = RSAKey.generate_key(2048)

    def before(self) -> Any:
        """Count, wait, and insist on PKCE."""
        path = flask.request.path
        self.seen[path] += 1
        time.sleep(self.twist.get("slow", {}).get(path, 0))
        if path in self.twist.get("status", {}):
            return flask.Response("{}", self.twist["status"][path], {"Location": "/elsewhere", "Content-Type": "application/json"})
        if path == TOKEN:
            verifier = flask.request.form.get("code_verifier", "")
            if self.challenges.pop(flask.request.form["code"], None) != _text(hashlib.sha256(verifier.encode()).digest()):
                return flask.jsonify(error="invalid_grant"), 400
        return None

    def after(self, response: flask.Response) -> flask.Response:
        """Remember a challenge, sign anew, and twist."""
        path, twist = flask.request.path, self.twist
        if path == "/oauth2/authorize" and response.status_code == 302:
            code = parse_qs(urlsplit(response.headers["Location"]).query).get("code", [""])[0]
            if flask.request.args.get("code_challenge_method") == "S256":
                self.challenges[code] = flask.request.args["code_challenge"]
        if path in twist.get("body", {}):
            response.set_data(twist["body"][path])
            return response
        found = response.get_json(silent=True) if response.is_json else None
        if not isinstance(found, dict):
            return response
        if path == TOKEN and "id_token" in found:
            found["id_token"] = self.token(found["id_token"])
        if path == KEYS:
            found = {"keys": [{**self.key.as_dict(private=False), "use": "sig", "kid": self.key_id()}]}
        response.set_data(json.dumps(_changed(found, twist.get("fields", {}).get(path, {}))))
        return response

    def key_id(self) -> str:
        return self.twist.get("key_id", "first")

    def token(self, text: str) -> str:
        """Sign the library's claims with our key, which has an id and can change."""
        claims = json.loads(_bytes(text.split(".")[1]))
        changes = {name: _time(value) if name in {"exp", "iat"} else value for name, value in self.twist.get("claims", {}).items()}
        header = _changed({"alg": "RS256", "kid": self.key_id()}, self.twist.get("header", {}))
        key = RSAKey.generate_key(2048) if self.twist.get("signed_by") == "other" else self.key
        signed = f"{_text(json.dumps(header).encode())}.{_text(json.dumps(_changed(claims, changes)).encode())}"
        return f"{signed}.{_text(_signature(header['alg'], key, signed.encode()))}"

    def turn(self) -> Any:
        """Go wrong in this way from now on; a new id means a new key."""
        before = self.key_id()
        self.twist = flask.request.get_json()
        if self.key_id() != before:
            self.key = RSAKey.generate_key(2048)
        return "", 204


def _signature(algorithm: str, key: RSAKey, signed: bytes) -> bytes:
    """Sign; with HS256 by the public key, which everybody has."""
    if algorithm == "none":
        return b""
    if algorithm == "HS256":
        return hmac.digest(key.as_pem(private=False), signed, "sha256")
    return key.get_op_key("sign").sign(signed, PKCS1v15(), SHA256())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def _changed(found: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


def _time(value: Any) -> Any:
    return int(time.time()) + value if isinstance(value, int) and abs(value) < 1_000_000 else value


def main(port: int) -> None:
    """Serve until the end."""
    app, provider = oidc_provider_mock.app(require_client_registration=True, require_nonce=True), Provider()
    app.before_request(provider.before)
    app.after_request(provider.after)
    app.add_url_rule("/twist", view_func=provider.turn, methods=["PUT"])
    app.add_url_rule("/seen", view_func=lambda: flask.jsonify(provider.seen))
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
