"""Keys made for the tests."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


@cache
def pem(encryption: KeySerializationEncryption | None = None, *, curve: bool = False) -> str:
    made = generate_private_key(SECP256R1()) if curve else generate_rsa_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()
