"""Identifiers of rows and requests: UUID version 7, ordered by time (RFC 9562, section 5.7)."""

import hashlib
import os
import time


def new_id() -> str:
    """Returns a new UUIDv7 as text: 48 bits of milliseconds, 74 random bits."""
    number = int.from_bytes(os.urandom(10), "big") | (time.time_ns() // 1_000_000 << 80)
    number = number & ~(0xF << 76) | (0x7 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def user_digest(tenant: str, user: str) -> str:
    """Returns SHA-256 of a tenant's user in hexadecimal: it replaces the user id where user ids are not allowed."""
    return hashlib.sha256(f"{tenant}/{user}".encode()).hexdigest()


def digest_id(*texts: str) -> str:
    """Returns the SHA-256 of texts, separated by NUL, in hexadecimal, as the identifier of a name that is none."""
    return hashlib.sha256("\0".join(texts).encode(errors="surrogatepass")).hexdigest()
