"""Signatures that the core cannot verify, by `cryptography` (`doorward[verify]`)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from ._failure import Failure

_P256_BYTES = 32
_MIN_BITS, _MAX_BITS = 2048, 8192


def verify(need: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether a signature holds. Raises `Failure` where that cannot be said."""
    try:
        from cryptography.exceptions import InvalidSignature
    except ImportError:
        raise Failure("unsupported", "needs cryptography: pip install 'doorward[verify]'") from None
    message, signature = bytes.fromhex(need["message"]), bytes.fromhex(need["signature"])
    jwk = need["key"] if isinstance(need["key"], Mapping) else {}
    check = {"ES256": _es256, "RS256": _rs256}.get(need["algorithm"])
    if check is None:
        raise Failure("unsupported")
    try:
        check(jwk, message, signature)
    except InvalidSignature:
        return {"valid": False}
    return {"valid": True}


def _es256(jwk: Mapping[str, Any], message: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Failure("bad_key")
    numbers = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), ec.SECP256R1())
    try:
        key = numbers.public_key()
    except ValueError:
        raise Failure("bad_key") from None
    if len(signature) != 2 * _P256_BYTES:
        raise InvalidSignature
    halves = (signature[:_P256_BYTES], signature[_P256_BYTES:])
    r, s = (int.from_bytes(half, "big") for half in halves)
    key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))


def _rs256(jwk: Mapping[str, Any], message: bytes, signature: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    if jwk.get("kty") != "RSA":
        raise Failure("bad_key")
    modulus = _number(jwk, "n")
    if not _MIN_BITS <= modulus.bit_length() <= _MAX_BITS:
        raise Failure("bad_key")
    try:
        key = rsa.RSAPublicNumbers(_number(jwk, "e"), modulus).public_key()
    except ValueError:
        raise Failure("bad_key") from None
    key.verify(signature, message, padding.PKCS1v15(), SHA256())


def _number(jwk: Mapping[str, Any], name: str) -> int:
    value = jwk.get(name)
    if not isinstance(value, str) or not value.isascii():
        raise Failure("bad_key")
    try:
        return int.from_bytes(urlsafe_b64decode(value + "=" * (-len(value) % 4)), "big")
    except ValueError:
        raise Failure("bad_key") from None
