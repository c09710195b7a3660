"""Query files: each query has a unique name and a comment."""

import re

import pytest

from kit.postgres.queries import Queries, load_queries

TEXT = """-- Header of the file.

-- query: count_things
-- How many there are.
SELECT count(*)
FROM things; -- all of them

-- query: add_thing
-- One more; repeating it changes nothing.
INSERT INTO things VALUES ($1) ON CONFLICT DO NOTHING;
"""


def test_queries_are_read_by_name() -> None:
    queries = Queries(TEXT, "here")
    assert list(queries) == ["count_things", "add_thing"]
    assert len(queries) == 2
    assert queries["count_things"] == "SELECT count(*)\nFROM things; -- all of them"
    assert queries["add_thing"] == "INSERT INTO things VALUES ($1) ON CONFLICT DO NOTHING"


def test_unknown_query_name_raises() -> None:
    with pytest.raises(KeyError, match="lost"):
        Queries(TEXT, "here")["lost"]


def test_duplicate_query_name_is_refused() -> None:
    with pytest.raises(ValueError, match="here: duplicate query add_thing"):
        Queries(TEXT + "-- query: add_thing\n-- Again.\nSELECT 1;\n", "here")


@pytest.mark.parametrize(
    "text",
    [
        "-- query: bare\nSELECT 1;\n",
        "-- query:\n-- A reason.\nSELECT 1;\n",
        "-- query: two words\n-- A reason.\nSELECT 1;\n",
        "-- query: one\n-- query: two\n-- A reason.\nSELECT 1;\n",
        "  -- query: indented\n-- A reason.\nSELECT 1;\n",
    ],
)
def test_query_without_name_or_comment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no name or no reason"):
        Queries(text, "here")


@pytest.mark.parametrize("text", ["-- query: empty\n-- A reason.\n", f"-- query: empty\n-- A reason.\n\n{TEXT}"])
def test_query_without_sql_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        Queries(text, "here")


def test_queries_are_loaded_from_the_package() -> None:
    queries = load_queries("kit")
    assert "set_tenant" in queries
    assert all(re.fullmatch("[a-z_]+", name) for name in queries)
    assert load_queries("kit") is queries


def test_missing_query_file_raises() -> None:
    with pytest.raises(FileNotFoundError):
        load_queries("kit", "lost.sql")
