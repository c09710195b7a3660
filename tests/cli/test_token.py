"""`radiant token`: prints the token alone, and warns about a new data folder."""

from argparse import Namespace
from pathlib import Path

import pytest
from rich.console import Console

from cli.commands import Invocation, token
from cli.settings import SuiteSettings


async def test_token_with_new_data_folder_prints_a_warning_beside_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = Namespace(tenant="acme", role=["service"], hours=1, subject="s")
    settings = SuiteSettings(data=tmp_path / "new")
    invocation = Invocation(arguments=given, settings=settings, environ={}, console=Console())
    assert await token.run(invocation) == 0
    first = capsys.readouterr()
    assert len(first.out.split(".")) == 3
    assert str(tmp_path / "new") in first.err
    assert await token.run(invocation) == 0
    assert capsys.readouterr().err == ""
