"""Tests of the privacy page: erasure and export of a user by any spelling of the user id."""

from __future__ import annotations

from tests.gateway.fixtures.console.client import console_client
from tests.gateway.fixtures.gateway import Served, idempotency_key, vote

SPELLINGS = ("Ali\u200bce", "\uff21lice\u00a0")


async def test_user_is_exported_and_erased_by_two_spellings(served: Served) -> None:
    answer = await served.request("POST", "/feedback/explicit", json=vote("o", "Alice "), headers=idempotency_key())
    assert answer.status_code == 200, answer.text
    async with console_client(served) as admin:
        exported = await admin.get(f"privacy/export?user={SPELLINGS[0]}")
        assert '"user_id": "Alice"' in exported
        await admin.submit("privacy", "Erasure", {"user": SPELLINGS[0], "confirm_user": SPELLINGS[1]})
        await admin.get("privacy/export?user=Alice", 404)
        form = await admin.form("privacy", "Erasure")
        refused = await admin.post(form, {"user": "Alice", "confirm_user": "alice"})
        assert refused.status_code == 400
