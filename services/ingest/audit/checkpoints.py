"""Checkpoints of audit logs: their content, signature and storage.

A checkpoint states that a log had a number of entries and a last hash at a time. It is signed with Ed25519 and stored
outside of the database, so that the owner of the database can neither change nor replace it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ingest.domain.object_keys import tenant_folder
from kit.objects import ObjectStore

ROOT = "~audit"
"""Folder of all checkpoints. No tenant has a folder of this name, because `~` is followed by two digits there."""
OPERATORS = "~operators"
"""Folder of the log of the operators, which has no tenant."""
_NUMBER = re.compile(r"[0-9]{12}")
_DERIVATION = b"radiant audit checkpoint key 1\n"
_SIGNED_PREFIX = b"radiant audit checkpoint 1\n"


class CheckpointError(Exception):
    """A checkpoint is malformed or not signed by a known key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """State of a tenant's audit log at a time. It contains no user ids."""

    tenant: str
    number: int
    """Number of the checkpoint within the tenant, from 1 without gaps."""
    sequence: int
    """Number of the last entry."""
    hash: str
    """Hash of the last entry, in hexadecimal."""
    time: str
    """Time of the checkpoint, ISO 8601 in UTC."""
    previous: str
    """SHA-256 of the previous checkpoint as it is stored, in hexadecimal; empty for the first."""
    public_key: str = ""
    """Public key of the signature, in hexadecimal."""
    signature: str = ""
    """Ed25519 signature of the other fields, in hexadecimal."""

    @property
    def signed_bytes(self) -> bytes:
        """Bytes that the signature covers: a prefix and the other fields as JSON with sorted keys."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return _SIGNED_PREFIX + json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    def encode(self) -> bytes:
        """Returns the checkpoint as JSON, as it is stored."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the stored form, in hexadecimal."""
        return hashlib.sha256(self.encode()).hexdigest()


class CheckpointKeys:
    """Signs checkpoints with one key and verifies those of this key and of earlier ones."""

    def __init__(self, secret: str, public_keys: Collection[str]) -> None:
        """Derives the key from the secret. `public_keys` are those of earlier keys, in hexadecimal."""
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_DERIVATION + secret.encode()).digest())
        self.public_key = self._private.public_key().public_bytes_raw().hex()
        """Public key of the signatures, in hexadecimal."""
        self._known = {self.public_key, *public_keys}

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """Returns the checkpoint with public key and signature."""
        named = replace(checkpoint, public_key=self.public_key)
        return replace(named, signature=self._private.sign(named.signed_bytes).hex())

    def decode(self, content: bytes, tenant: str) -> Checkpoint:
        """Returns a stored checkpoint; raises CheckpointError if it is not one of the tenant by a known key."""
        try:
            fields: dict[str, Any] = json.loads(content)
            found = Checkpoint(**fields)
            is_typed = all(isinstance(fields[name], int) for name in ("number", "sequence"))
            if not is_typed or found.tenant != tenant or found.public_key not in self._known:
                raise CheckpointError
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.public_key))
            key.verify(bytes.fromhex(found.signature), found.signed_bytes)
        except (ValueError, TypeError, InvalidSignature):
            raise CheckpointError from None
        return found


def invalid_checkpoint_text(number: int) -> str:
    """Returns the description of a stored checkpoint that is invalid."""
    return f"Checkpoint {number} has no signature of RADIANT_AUDIT_KEY or a known public key."


class CheckpointStore:
    """Checkpoints in the object store, one object each. Objects are never replaced."""

    def __init__(self, objects: ObjectStore, keys: CheckpointKeys) -> None:
        self._objects, self._keys = objects, keys

    async def numbers(self, tenant: str) -> list[int]:
        """Returns the numbers of a tenant's stored checkpoints, ascending. Raises Unavailable."""
        names = (key.rpartition("/")[2].removesuffix(".json") for key in await self._objects.keys(_folder(tenant)))
        return sorted(int(name) for name in names if _NUMBER.fullmatch(name))

    async def read(self, tenant: str, number: int) -> Checkpoint:
        """Returns a checkpoint. Raises CheckpointError if it is invalid, NotFound and Unavailable."""
        found = self._keys.decode(await self._objects.get(_key(tenant, number)), tenant)
        if found.number != number:
            raise CheckpointError
        return found

    async def write(self, checkpoint: Checkpoint) -> Checkpoint:
        """Signs and stores a checkpoint, and returns it with its signature. Raises Unavailable."""
        signed = self._keys.sign(checkpoint)

        async def content() -> AsyncIterator[bytes]:
            yield signed.encode()

        await self._objects.put(_key(signed.tenant, signed.number), content())
        return signed


def _folder(tenant: str) -> str:
    return f"{ROOT}/{tenant_folder(tenant) if tenant else OPERATORS}"


def _key(tenant: str, number: int) -> str:
    return f"{_folder(tenant)}/{number:012d}.json"
