"""Redaction of secrets in log messages, fields and traces."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.auth.tokens import mint
from kit.telemetry import logs
from kit.telemetry.redaction import redacted, without_secrets
from tests.support.suite import KEY

log = logging.getLogger("tests.kit.redaction")
SECRET = "hunter2-Zq9"
TOKEN = mint(KEY, "acme", ["service"], timedelta(hours=1))
DSN = f"postgresql://radiant_ingest:{SECRET}@db.example:5432/radiant?sslmode=verify-full"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Provides the log output. Restores the root logger afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("kit-test", "INFO", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        f"cannot reach {DSN}",
        f"cannot reach redis://:{SECRET}@cache:6379/0, trying again",
        f"postgresql://u:{SECRET}@{SECRET}@h/d",
        f"postgresql://u:p%40{SECRET}/x@h/d and more",
        f"postgresql://h/d?user=u&password={SECRET}&sslmode=require",
        f"host=h user=u password={SECRET} dbname=d",
        f"https://api.example/v1?access_token={SECRET}&page=2",
        f"Authorization: Bearer {SECRET}",
        f"authorization: Basic {SECRET}==",
        f"authorization={SECRET}",
        f"{{'authorization': 'Bearer {SECRET}', 'x': 1}}",
        f"(('authorization', '{SECRET}'), ('x-request-id', '1'))",
        f'{{"client_secret": "{SECRET}"}}',
        f"RADIANT_TOKEN_KEY={SECRET}",
        f"api-key: {SECRET}",
        f"bearer {SECRET}",
    ],
)
def test_log_message_with_secret_is_redacted(stream: io.StringIO, text: str) -> None:
    log.warning("%s", text)
    assert SECRET not in stream.getvalue()
    assert "[redacted]" in stream.getvalue()


@pytest.mark.parametrize("text", [f"Bearer {TOKEN}", f"token {TOKEN} refused", TOKEN, TOKEN[:60], f'x="{TOKEN}"'])
def test_log_message_with_token_is_redacted(stream: io.StringIO, text: str) -> None:
    log.warning(text)
    assert TOKEN.split(".")[0] not in stream.getvalue()
    assert TOKEN.split(".")[1][:20] not in stream.getvalue()


@pytest.mark.parametrize(
    "fields",
    [
        {"password": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"token_key": SECRET.encode()},
        {"url": DSN},
        {"metadata": [("authorization", f"Bearer {SECRET}")]},
        {"settings": {"database": {"url": DSN, "db_password": SECRET, "keys": {"api_key": [SECRET]}}}},
        {"error": ValueError(f"bad address {DSN}")},
        {f"bearer {SECRET}": 1},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_log_fields_with_secrets_are_redacted(stream: io.StringIO, fields: dict[str, Any]) -> None:
    log.warning("connected", extra={"fields": fields})
    assert SECRET not in stream.getvalue()
    assert json.loads(stream.getvalue())["message"] == "connected"


def test_log_trace_with_secrets_in_causes_is_redacted(stream: io.StringIO) -> None:
    try:
        try:
            raise OSError(f"cannot connect to {DSN}")
        except OSError as cause:
            raise RuntimeError(f"password={SECRET}") from cause
    except RuntimeError:
        log.exception("database unavailable")
    (event,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert SECRET not in json.dumps(event)
    assert "radiant_ingest:[redacted]@db.example:5432/radiant?sslmode=verify-full" in event["trace"]


async def test_log_of_driver_error_is_redacted(stream: io.StringIO) -> None:
    for address in (DSN.replace("5432", "port"), f"postgresql://u:{SECRET}@127.0.0.1:1/d"):
        try:
            await asyncpg.connect(address, timeout=2)
        except Exception:
            log.exception("cannot connect to %s", address)
    assert len(stream.getvalue().splitlines()) == 2
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("module", ["ingest", "neural", "experiments"])
def test_process_that_cannot_start_prints_no_secrets(module: str) -> None:
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "RADIANT_DATABASE_URL": f"postgresql://u:{SECRET}@127.0.0.1:1/d",
        "RADIANT_REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
        "RADIANT_TOKEN_KEY": KEY,
    }
    done = subprocess.run(
        [sys.executable, "-m", module], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines of münchen",
        "listening on http://127.0.0.1:49151/metrics",
        "postgresql://db.example:5432/radiant",
        "output_tokens=512 input_tokens: 3",
        "the token has expired",
        "no bearer token is needed",
        "mail to somebody@example.com",
    ],
)
def test_text_without_secret_is_unchanged(text: str) -> None:
    assert redacted(text) == text


def test_fields_without_secrets_are_unchanged() -> None:
    fields = {"tokens": 5, "output_tokens": 7, "token": None, "page_token": "abc", "has_password": True, "n": [1, 2.5]}
    assert without_secrets(fields) == fields


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.binary(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_any_field_value_can_be_redacted(value: Any) -> None:
    json.dumps(without_secrets(value))


def test_values_of_rows_in_errors_of_the_database_are_removed() -> None:
    text = "duplicate key value violates unique constraint\nDETAIL:  Key (user_id)=(ann@example.com) already exists."
    assert redacted(text) == "duplicate key value violates unique constraint\nDETAIL: [redacted]"
