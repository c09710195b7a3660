"""Limits the number of values in a parsed JSON document, because each value costs time in later conversions."""

from __future__ import annotations


def has_more_values(document: object, values_max: int) -> bool:
    """Returns whether a document has more than `values_max` objects, lists and other values at all levels."""
    count, pending = 1, [document]
    while pending:
        each = pending.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        count += len(inner)
        if count > values_max:
            return True
        pending += [value for value in inner if isinstance(value, dict | list)]
    return False
