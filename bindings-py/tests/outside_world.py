"""An outside for tests: a DNS server and an HTTPS server on loopback, and who vouches for it."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def failing(error: Exception) -> None:
    """There is no store in these tests that could fail."""
    raise error


Zone = Mapping[str, Sequence[str]]
"""Records by `name type`."""


class NameServer:
    """Answers over UDP; counts what it is asked. A name that begins with `silent`
    or `broken` is not answered, or with SERVFAIL."""

    def __init__(
        self, zone: Zone, otherwise: Callable[[str, str], Sequence[str] | None] | None = None
    ) -> None:
        self.asked: list[str] = []
        self._zone = zone
        self._otherwise = otherwise or (lambda _name, _kind: None)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            wire, client = self._socket.recvfrom(4096)
            if not wire:
                self._socket.close()
                return
            reply = self._reply(wire)
            if reply is not None:
                self._socket.sendto(reply, client)

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())

    def _reply(self, wire: bytes) -> bytes | None:
        message = dns.message.from_wire(wire)
        question = message.question[0]
        name = question.name.to_text().lower().rstrip(".")
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        if name.startswith("silent"):
            return None
        reply = dns.message.make_response(message)
        reply.flags |= dns.flags.RA
        found = self._zone.get(f"{name} {kind}") or self._otherwise(name, kind)
        if name.startswith("broken"):
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(key.startswith(f"{name} ") for key in self._zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        answer: bytes = reply.to_wire()
        return answer


@contextmanager
def name_server(
    zone: Zone, otherwise: Callable[[str, str], Sequence[str] | None] | None = None
) -> Iterator[NameServer]:
    server = NameServer(zone, otherwise)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def certificate(folder: Path, *names: str) -> tuple[str, Path]:
    """A new certificate authority as PEM, and the file of a certificate of it for these names."""
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

    def begun(subject: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named("Test CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
        )

    def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
        text: bytes = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return text

    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    root = (
        begun("Test CA", authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(authority, hashes.SHA256())
    )
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    leaf = (
        begun(names[0], own)
        .add_extension(alternatives, critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    path = folder / "host.pem"
    path.write_bytes(leaf.public_bytes(encoding) + pem(own))
    return root.public_bytes(encoding).decode(), path


class DirectoryHost(ThreadingHTTPServer):
    """A host of key directories; counts who connects."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, chain: Path, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.connections = 0
        self.asked: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def get_request(self) -> tuple[Any, Any]:
        plain, client = super().get_request()
        self.connections += 1
        # the handshake is the handler's thread's
        wire = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        return wire, client

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what some tests are about."""


@contextmanager
def directory_host(chain: Path, handler: type[BaseHTTPRequestHandler]) -> Iterator[DirectoryHost]:
    host = DirectoryHost(chain, handler)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        thread.join()
        host.socket.close()
