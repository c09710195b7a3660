"""JSON schemas of messages in the proto JSON mapping, with those validation rules that JSON Schema can express."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from buf.validate import validate_pb2
from gateway.openapi.catalog import Catalog, Direction
from gateway.openapi.comments import comment_on

Schema = dict[str, Any]

_F = FieldDescriptor
_LONG = {"type": "string", "pattern": "^-?[0-9]+$", "description": "A 64-bit integer as a string."}
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
    "google.protobuf.FieldMask": {"type": "string", "description": "Paths of fields, separated by commas."},
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
}


class Schemas:
    """Collects the schemas of messages and enums under their names."""

    def __init__(self, catalog: Catalog) -> None:
        """`catalog` contains the messages of the API and the names of their schemas."""
        self._catalog = catalog
        self.components: dict[str, Schema] = {}
        """Schemas by name."""

    def reference(self, kind: Descriptor, direction: Direction) -> Schema:
        """Returns a reference to the message's schema, and adds the schema and those that it refers to."""
        if kind.full_name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[kind.full_name])
        name = self._catalog.message_name(kind, direction)
        if name not in self.components:
            self.components[name] = {}  # ends the recursion of a message that contains itself
            self.components[name] = self.message(kind, direction)
        return {"$ref": f"#/components/schemas/{name}"}

    def enum_reference(self, kind: EnumDescriptor) -> Schema:
        """Returns a reference to the enum's schema, and adds the schema."""
        name = self._catalog.name(kind)
        if name not in self.components:
            names = [value.name for value in kind.values]
            self.components[name] = {"type": "string", "enum": names, "description": _enum_description(kind)}
        return {"$ref": f"#/components/schemas/{name}"}

    def message(self, kind: Descriptor, direction: Direction, without: Collection[str] = ()) -> Schema:
        """Returns the schema of a message, except the fields in `without`.

        Requests require the fields that the validation rules require. Responses contain every field without presence,
        zero values included, so their schemas require those fields.
        """
        fields = [each for each in kind.fields if each.name not in without]
        schema: Schema = {
            "type": "object",
            "description": comment_on(kind.full_name),
            "properties": {each.json_name: self.described(each, direction) for each in fields},
            "additionalProperties": False,
        }
        in_request = direction is Direction.REQUEST
        required = [each for each in fields if (is_required(each) if in_request else not each.has_presence)]
        if required:
            schema["required"] = [each.json_name for each in required]
        return schema

    def described(self, field: FieldDescriptor, direction: Direction) -> Schema:
        """Returns the schema of a field with its rules and its comment."""
        schema = self.field(field, direction)
        if comment := comment_on(field.full_name):
            schema["description"] = "\n\n".join(filter(None, (comment, schema.get("description", ""))))
        return schema

    def field(self, field: FieldDescriptor, direction: Direction) -> Schema:
        """Returns the schema of a field with its rules."""
        rules = rules_of(field)
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            value_field = inner.fields_by_name["value"]
            value = _limited(self._single(value_field, direction), value_field, rules.map.values)
            schema: Schema = {"type": "object", "additionalProperties": value}
            if rules.map.HasField("max_pairs"):
                schema["maxProperties"] = rules.map.max_pairs
            return schema
        if not field.is_repeated:
            return _limited(self._single(field, direction), field, rules)
        items = _limited(self._single(field, direction), field, rules.repeated.items)
        array: Schema = {"type": "array", "items": items}
        _copy(array, rules.repeated, {"minItems": "min_items", "maxItems": "max_items"})
        if rules.repeated.unique:
            array["uniqueItems"] = True
        return array

    def _single(self, field: FieldDescriptor, direction: Direction) -> Schema:
        if field.message_type is not None:
            return self.reference(field.message_type, direction)
        if field.enum_type is not None:
            return self.enum_reference(field.enum_type)
        return dict(_PLAIN[field.type])


def _enum_description(kind: EnumDescriptor) -> str:
    values = [f"- {value.name}: {comment_on(f'{kind.full_name}.{value.name}')}" for value in kind.values]
    return "\n".join([comment_on(kind.full_name), "", *values])


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """Returns the validation rules of the field; empty rules for a field without rules."""
    return field.GetOptions().Extensions[validate_pb2.field]


def is_required(field: FieldDescriptor) -> bool:
    """Returns whether the validation rules reject a message without the field."""
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


def _limited(schema: Schema, field: FieldDescriptor, rules: validate_pb2.FieldRules) -> Schema:
    kind = rules.WhichOneof("type")
    if kind == "string":
        _copy(schema, rules.string, {"minLength": "min_len", "maxLength": "max_len", "pattern": "pattern"})
        if rules.string.uuid:
            schema["format"] = "uuid"
        if rules.string.not_in:
            schema["not"] = {"enum": list(rules.string.not_in)}
    elif field.enum_type is not None and rules.enum.not_in:
        schema["not"] = {"enum": [field.enum_type.values_by_number[number].name for number in rules.enum.not_in]}
    elif kind in ("double", "float", "int32", "uint32"):
        limits = {"minimum": "gte", "maximum": "lte", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
        _copy(schema, getattr(rules, kind), limits)
    return schema


def _copy(schema: Schema, rules: Message, limits: Mapping[str, str]) -> None:
    for name, limit in limits.items():
        if rules.HasField(limit):
            schema[name] = getattr(rules, limit)
