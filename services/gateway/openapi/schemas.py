"""JSON schemas of messages as the proto JSON mapping writes them, with the simple limits of their fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from buf.validate import validate_pb2
from gateway.openapi.comments import comment_on

Schema = dict[str, Any]

_F = FieldDescriptor
_LONG = {"type": "string", "pattern": "^-?[0-9]+$", "description": "A 64-bit whole number as text."}
_PLAIN: dict[int, Schema] = {
    _F.TYPE_BOOL: {"type": "boolean"},
    _F.TYPE_STRING: {"type": "string"},
    _F.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    _F.TYPE_DOUBLE: {"type": "number", "format": "double"},
    _F.TYPE_FLOAT: {"type": "number", "format": "float"},
    _F.TYPE_INT32: {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    _F.TYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    _F.TYPE_INT64: _LONG,
    _F.TYPE_UINT64: _LONG,
}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": "^-?[0-9]+([.][0-9]{1,9})?s$"},
    "google.protobuf.Struct": {"type": "object"},
}


class Schemas:
    """Collects the schemas of messages under their names."""

    def __init__(self) -> None:
        """Begins with none."""
        self.components: dict[str, Schema] = {}
        """Schemas by the message's name."""

    def reference(self, kind: Descriptor) -> Schema:
        """Returns a reference to the message's schema, which is added with everything below it."""
        if kind.full_name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[kind.full_name])
        if kind.name not in self.components:
            self.components[kind.name] = {}
            self.components[kind.name] = self.message(kind)
        return {"$ref": f"#/components/schemas/{kind.name}"}

    def message(self, kind: Descriptor, without: Collection[str] = ()) -> Schema:
        """Returns the schema of a message, some fields left out."""
        fields = [each for each in kind.fields if each.name not in without]
        schema: Schema = {
            "type": "object",
            "description": comment_on(kind.full_name),
            "properties": {each.json_name: self.described(each) for each in fields},
            "additionalProperties": False,
        }
        if needed := [each.json_name for each in fields if is_needed(each)]:
            schema["required"] = needed
        return schema

    def described(self, field: FieldDescriptor) -> Schema:
        """Returns the schema of a field with its limits and what is said of it."""
        schema = self.field(field)
        if said := comment_on(field.full_name):
            schema["description"] = "\n\n".join(filter(None, (said, schema.get("description", ""))))
        return schema

    def field(self, field: FieldDescriptor) -> Schema:
        """Returns the schema of a field with its limits."""
        rules = rules_of(field)
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            value = _limited(self._single(inner.fields_by_name["value"]), rules.map.values)
            schema: Schema = {"type": "object", "additionalProperties": value}
            if rules.map.HasField("max_pairs"):
                schema["maxProperties"] = rules.map.max_pairs
            return schema
        if not field.is_repeated:
            return _limited(self._single(field), rules)
        listed: Schema = {"type": "array", "items": _limited(self._single(field), rules.repeated.items)}
        _copy(listed, rules.repeated, {"minItems": "min_items", "maxItems": "max_items"})
        if rules.repeated.unique:
            listed["uniqueItems"] = True
        return listed

    def _single(self, field: FieldDescriptor) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type)
        if field.enum_type is not None:
            names = [value.name for value in field.enum_type.values]
            return {"type": "string", "enum": names, "description": _values(field.enum_type)}
        return dict(_PLAIN[field.type])


def _values(kind: EnumDescriptor) -> str:
    told = [f"- {value.name}: {comment_on(f'{kind.full_name}.{value.name}')}" for value in kind.values]
    return "\n".join([comment_on(kind.full_name), "", *told])


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """Returns the rules beside the field; empty ones for a field without."""
    return field.GetOptions().Extensions[validate_pb2.field]


def is_needed(field: FieldDescriptor) -> bool:
    """Tells whether the rules refuse a message without the field."""
    rules = rules_of(field)
    if rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE:
        return False
    return (
        rules.required
        or rules.string.min_len > 0
        or rules.string.uuid
        or rules.repeated.min_items > 0
        or 0 in rules.enum.not_in
    )


def _limited(schema: Schema, rules: validate_pb2.FieldRules) -> Schema:
    kind = rules.WhichOneof("type")
    if kind == "string":
        _copy(schema, rules.string, {"minLength": "min_len", "maxLength": "max_len", "pattern": "pattern"})
        if rules.string.uuid:
            schema["format"] = "uuid"
        if rules.string.not_in:
            schema["not"] = {"enum": list(rules.string.not_in)}
    elif kind == "enum" and 0 in rules.enum.not_in:
        schema["enum"] = schema["enum"][1:]
    elif kind in ("double", "float", "int32", "uint32"):
        limits = {"minimum": "gte", "maximum": "lte", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
        _copy(schema, getattr(rules, kind), limits)
    return schema


def _copy(schema: Schema, rules: Message, limits: Mapping[str, str]) -> None:
    for name, limit in limits.items():
        if rules.HasField(limit):
            schema[name] = getattr(rules, limit)
