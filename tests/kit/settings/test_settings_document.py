"""Documentation of settings: generated from the declarations."""

from __future__ import annotations

from typing import Annotated

import pytest

from kit.settings.declaration import Setting
from kit.settings.document import document, keys, rows_of, table
from tests.kit.settings.test_service_settings import Example, Service


def test_table_shows_type_unit_default_range_and_description() -> None:
    rows = table(Example).splitlines()
    assert "| `RADIANT_WAIT_SECONDS` | number of seconds | `9` | from 0.1 to 60 | Wait. |" in rows
    assert "| `RADIANT_ITEMS_MAX` | whole number of items | `10` | from 1 to 100 | Items. |" in rows
    assert "| `RADIANT_KEPT_DAYS` | whole number of days | `7` | from 0 to 100 | Days. |" in rows
    assert "| `RADIANT_NAME` | text | required |  | Name. |" in rows
    assert "| `RADIANT_SECRET` | text, secret | empty |  | Secret. |" in rows
    assert "| `RADIANT_MODE` | `fast`, `exact` | `fast` |  | Mode. |" in rows


def test_document_lists_shared_variables_once() -> None:
    text = document({"example": Example, "service": Service})
    assert text.count("RADIANT_METRICS_PORT") == 1
    assert text.index("RADIANT_METRICS_PORT") < text.index("## example") < text.index("RADIANT_NAME")
    assert {"metrics_port", "items_max", "database_url"} <= set(keys([Example, Service]).split())


def test_setting_without_description_is_refused() -> None:
    class Undescribed(Example):
        """An example."""

        count: Annotated[int, Setting("COUNT", 0, 1)] = 0

    with pytest.raises(ValueError, match=r"Undescribed\.count has no description"):
        rows_of(Undescribed)
