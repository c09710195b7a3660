"""Test cases for every field of a request, generated from its descriptor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

TOO_MANY = 1001


class Kind(Protocol):
    """Valid and invalid values of a field. The first valid one is used in the base request."""

    @property
    def good(self) -> Sequence[Any]:
        """Valid values."""
        ...

    @property
    def bad(self) -> Sequence[Any]:
        """Invalid values."""
        ...


@dataclass(frozen=True)
class Case:
    """One value of one field in a request, and whether it is valid."""

    path: str
    value: Any
    good: bool
    request: Any = field(repr=False)

    def says(self, what: str) -> str:
        """Returns one line for the failure report."""
        return f"{self.path} = {repr(self.value)[:80]}: {what}"


@dataclass(frozen=True)
class Walk:
    """Generates cases from values by field name, or by message and field name."""

    kinds: Mapping[str, Kind]

    def kind_of(self, each: FieldDescriptor) -> Kind:
        """Returns the values of a field. Raises KeyError for a field without values."""
        assert each.containing_type is not None
        return self.kinds.get(f"{each.containing_type.name}.{each.name}") or self.kinds[each.name]

    def legal(self, kind: Descriptor) -> Any:
        """Returns a message in which every field is set to a valid value, including nested messages."""
        message = message_factory.GetMessageClass(kind)()
        for each in kind.fields:
            inner = inner_of(each)
            if inner is None:
                put(message, each, self.kind_of(each).good[0])
            else:
                put(message, each, [self.legal(inner)] if each.is_repeated else self.legal(inner))
        return message

    def cases(self, root: Any, at: Any, path: str = "") -> Iterator[Case]:
        """Yields a copy of the root for each value of each field in `at` and its nested messages."""
        for each in at.DESCRIPTOR.fields:
            here, inner, before = f"{path}{each.name}", inner_of(each), copy_of(at)
            if inner is None:
                kind = self.kind_of(each)
                for value, good in (*((v, True) for v in kind.good), *((v, False) for v in kind.bad)):
                    put(at, each, value)
                    yield Case(here, value, good, copy_of(root))
                    at.CopyFrom(before)
            elif each.is_repeated:
                yield from self.cases(root, getattr(at, each.name)[0], f"{here}[0].")
                put(at, each, [self.legal(inner)] * TOO_MANY)
                yield Case(here, f"{TOO_MANY} items", False, copy_of(root))
                at.CopyFrom(before)
            else:
                yield from self.cases(root, getattr(at, each.name), f"{here}.")
                at.ClearField(each.name)
                yield Case(here, None, False, copy_of(root))
                at.CopyFrom(before)


def put(message: Any, each: FieldDescriptor, value: Any) -> None:
    """Sets the field to the value."""
    message.ClearField(each.name)
    if isinstance(value, dict):
        getattr(message, each.name).update(value)
    elif each.is_repeated:
        getattr(message, each.name).extend(value)
    elif isinstance(value, Message):
        getattr(message, each.name).CopyFrom(value)
    else:
        setattr(message, each.name, value)


def inner_of(each: FieldDescriptor) -> Descriptor | None:
    """Returns the suite's message type of the field; None for scalars, maps and other types."""
    inner = each.message_type
    own = inner is not None and inner.full_name.startswith("radiant.") and not inner.GetOptions().map_entry
    return inner if own else None


def copy_of(message: Any) -> Any:
    """Returns a copy of a message."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def names_field(problems: Sequence[str], path: str) -> bool:
    """Returns True if any of the field paths equals the path or is nested in it."""
    return any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in problems)
