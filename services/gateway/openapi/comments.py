"""Comments of the protos, which `proto/generate.py` writes to comments.json. Descriptors contain none at run time."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def comment_on(full_name: str) -> str:
    """Returns the comment on a message, field, enum, value or method by its full name; empty without a comment."""
    return _comments().get(full_name, "")


@cache
def _comments() -> dict[str, str]:
    text = files("gateway.openapi").joinpath("comments.json").read_text("utf-8")
    comments: dict[str, str] = json.loads(text)
    return comments
