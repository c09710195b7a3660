"""Roles of the console come from the access rules of the methods that pages and actions need."""

import pytest

from gateway.console.access import roles_of
from gateway.console.pages import PAGES

ADMINS, EVERYONE = {"admin", "operator"}, {"expert", "admin", "operator"}


def test_roles_of_several_methods_are_the_roles_that_may_call_all() -> None:
    assert roles_of("IngestService.ListOutputs") == EVERYONE
    assert roles_of("IngestService.ListOutputs", "IngestService.ForgetUser") == ADMINS
    assert roles_of("IngestService.ForgetUser", "LearningService.RunBatchLearning") == {"operator"}


def test_roles_of_unknown_method_raises() -> None:
    with pytest.raises(KeyError, match="IngestService"):
        roles_of("IngestService.DropEverything")


def test_pages_for_some_roles_are_those_of_administration() -> None:
    assert {page.path: set(page.roles) for page in PAGES if page.roles != EVERYONE} == {
        "audit": ADMINS,
        "experiments/new": ADMINS,
        "privacy": ADMINS,
        "trust": ADMINS,
    }


def test_actions_and_downloads_have_the_roles_of_their_methods() -> None:
    actions = {path: set(roles) for page in PAGES for path, (roles, _) in page.actions.items()}
    downloads = {path: set(roles) for page in PAGES for path, (roles, _) in page.downloads.items()}
    assert {path for path, roles in actions.items() if roles == {"operator"}} == {"learning"}
    assert {path for path, roles in actions.items() if roles != ADMINS} == {"learning"}
    assert {path: roles for path, roles in downloads.items() if roles != EVERYONE} == {"privacy/export": ADMINS}
