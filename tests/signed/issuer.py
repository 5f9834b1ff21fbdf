"""The twin of `issuer.mjs` with Python's joserfc."""

from __future__ import annotations

import json
import os
import ssl
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

PORT = int(os.environ["PORT"])
KEYS: dict[str, OKPKey | ECKey | RSAKey] = {
    "EdDSA": OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True),
    "ES256": ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True),
    "RS256": RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True),
}


def token(algorithm: str, form: dict[str, str]) -> str:
    key, now = KEYS[algorithm], int(time.time())
    claims: dict[str, Any] = {
        "iss": f"https://issuer.example:{PORT}/{algorithm}",
        "sub": form["subject_token"],
        "aud": form["audience"],
        "scope": form["scope"],
        "iat": now - 60,
        "exp": now + int(form["lifetime"]),
        "jti": str(uuid.uuid4()),
    }
    if "actor_token" in form:
        claims["act"] = {"sub": form["actor_token"]}
    header = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


class Issuer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        algorithm = self.path.split("/")[1]
        public = {**KEYS[algorithm].as_dict(private=False), "alg": algorithm}
        self.answer({"keys": [public]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        made = token(self.path.split("/")[1], form)
        self.answer({"access_token": made, "token_type": "Bearer"})

    def answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


server = ThreadingHTTPServer(("127.0.0.1", PORT), Issuer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.environ["CHAIN"])
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
