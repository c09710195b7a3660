"""Validation of messages by the rules in the protocol buffers, at a bounded cost.

Lists and maps are counted before their items are parsed, a valid message is checked once by protovalidate, and an
invalid one yields at most VIOLATIONS_MAX violations.
"""

from kit.rpc.validation.counts import VALUES_MAX, VIOLATIONS_MAX, Oversized, reader
from kit.rpc.validation.enums import enum_rule
from kit.rpc.validation.rules import problems, validate

__all__ = ["VALUES_MAX", "VIOLATIONS_MAX", "Oversized", "enum_rule", "problems", "reader", "validate"]
