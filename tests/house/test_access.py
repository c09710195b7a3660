"""Every method of every service says who may call it, before any server is built."""

import pytest
from google.protobuf.descriptor import ServiceDescriptor

from kit.rpc.auth import ROLES
from tests.support.access import DOCUMENT, TABLES, document, methods, services


def test_every_service_has_a_table_and_every_table_a_service() -> None:
    assert {each.full_name for each in services()} == TABLES.keys()


@pytest.mark.parametrize("service", services(), ids=lambda each: each.name)
def test_every_method_has_a_row_and_every_row_a_method(service: ServiceDescriptor) -> None:
    assert {method.name for method in service.methods} == TABLES[service.full_name].keys()


def test_rows_name_roles_that_exist() -> None:
    assert len(methods()) > 50
    for table in TABLES.values():
        for name, roles in table.items():
            assert roles, name
            assert roles <= ROLES, name


def test_the_document_is_what_the_tables_say() -> None:
    assert DOCUMENT.read_text() == document(), "python -m tests.support.access writes it anew"
