"""Identifiers of rows and requests (UUIDv7, ordered by time: RFC 9562, section 5.7), of users and outputs."""

import hashlib
import os
import re
import time

OUTPUT_ID_CHARACTERS_MAX = 100
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


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
    """Returns the SHA-256 of texts, separated by NUL, in hexadecimal, for names that are no valid identifiers."""
    return hashlib.sha256("\0".join(texts).encode(errors="surrogatepass")).hexdigest()


def output_id_of(name: str) -> str:
    """Returns the output_id for a name of an output: the name, or its digest if it is no valid output_id.

    A name of more than OUTPUT_ID_CHARACTERS_MAX characters, or with control characters, is not valid. The digest
    depends on the name alone, so that an output and the feedback on it have the same output_id.
    """
    is_valid = len(name) <= OUTPUT_ID_CHARACTERS_MAX and not _CONTROL_CHARACTER.search(name)
    return name if is_valid else digest_id(name)
