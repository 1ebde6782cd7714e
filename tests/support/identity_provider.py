"""A stand-in identity provider on this machine: describes itself, gives codes, changes them for signed tokens."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "registry", "示例-secret"
Key = RSAKey | ECKey | OctKey


@cache
def a_key(kid: str, kind: str = "RSA") -> Key:
    """A key pair of this name; the same for all tests, because making one takes a while."""
    if kind == "EC":
        return ECKey.generate_key("P-256", {"kid": kid})
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class StandIn:
    """What it says; tests change it to lie. ``asked``: what our side sent to the token address."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    signs: Key = field(default_factory=lambda: a_key("one"))
    published: list[Key] = field(default_factory=lambda: [a_key("one")])
    keys_asked: int = 0

    def give_code(self, address: str) -> tuple[str, str]:
        """What happens at the provider: whoever came with this address goes back with a code and the state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code, asked["state"]

    def token_for(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The answer at the token address; a code is good once and only with its verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if challenge.rstrip("=") != asked["code_challenge"]:
            return None
        said = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": time.time() + 300,
            "nonce": asked["nonce"],
            "sub": "provincial-17",
            "email": "li@example.org",
            "email_verified": True,
        }
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(said | self.claims)}

    def sign(self, said: dict[str, Any]) -> str:
        """The token: signed as its header says, or with no signature where that says ``none``."""
        if self.header["alg"] == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (self.header, said)]
            return ".".join([*(part.rstrip("=") for part in parts), ""])
        return jwt.encode(self.header, said, self.signs, algorithms=[self.header["alg"]])

    def describe(self) -> dict[str, Any]:
        """Its addresses."""
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return described | self.description

    def keys(self) -> dict[str, Any]:
        """The public halves of its keys."""
        self.keys_asked += 1
        return {"keys": [key.as_dict(private=False) for key in self.published if not isinstance(key, OctKey)]}


@contextmanager
def identity_provider() -> Iterator[StandIn]:
    """A provider that runs while the test does."""
    said = StandIn()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/keys":
                self._send(said.keys())
                return
            self._send(said.describe())

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            said.asked.append(form | {"authorization": self.headers.get("Authorization", "")})
            self._send(said.token_for(form))

        def _send(self, answer: object) -> None:
            body = json.dumps(answer).encode()
            self.send_response(said.status if answer is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    said.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
