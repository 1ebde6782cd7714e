"""A stand-in identity provider on this machine: describes itself, gives codes, changes them for tokens."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "registry", "示例-secret"


@dataclass
class StandIn:
    """What it says; tests change it to lie. ``asked``: what our side sent to the token address."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200

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
            "exp": time.time() + 300,
            "nonce": asked["nonce"],
            "sub": "provincial-17",
            "email": "li@example.org",
            "email_verified": True,
        }
        parts = [{"alg": "RS256"}, said | self.claims]
        token = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return {"access_token": "x", "token_type": "Bearer", "id_token": ".".join([*token, "c2ln"])}


@contextmanager
def identity_provider() -> Iterator[StandIn]:
    """A provider that runs while the test does."""
    said = StandIn()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            described = {
                "issuer": said.issuer,
                "authorization_endpoint": f"{said.issuer}/authorize",
                "token_endpoint": f"{said.issuer}/token",
            }
            self._send(described | said.description)

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
