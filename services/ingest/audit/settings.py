"""Settings of the audit log's checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from kit.settings.declaration import Report, Setting

KEY_CHARACTERS_MIN = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """Signed checkpoints of the audit log."""

    key: Annotated[str, Setting("AUDIT_KEY", is_secret=True)] = field(default="", repr=False)
    """Secret from which the key that signs checkpoints of the audit log is derived, at least 32 characters. The owner
    of the database must not have it. Empty: no checkpoints are written or verified."""
    public_keys: Annotated[tuple[str, ...], Setting("AUDIT_PUBLIC_KEYS")] = ()
    """Public keys (64 hexadecimal digits) of earlier keys, whose checkpoints stay valid."""
    interval: Annotated[timedelta, Setting("AUDIT_CHECKPOINT_SECONDS", 0.05, 86_400)] = timedelta(seconds=60)
    """Time between two checks for changed logs. Each changed log gets a checkpoint."""
    url: Annotated[str, Setting("AUDIT_URL", default_text="value of RADIANT_AUDIO_URL")] = ""
    """Folder or bucket of the checkpoints."""

    def check(self, report: Report) -> None:
        """Reports a key that is too short, and public keys that are malformed."""
        is_long = not self.key or len(self.key) >= KEY_CHARACTERS_MIN
        report.require("AUDIT_KEY", is_long, f"must have at least {KEY_CHARACTERS_MIN} characters")
        are_keys = all(len(each) == 64 and set(each) <= set("0123456789abcdef") for each in self.public_keys)
        report.require("AUDIT_PUBLIC_KEYS", are_keys, "must be keys of 64 hexadecimal digits in lower case")
