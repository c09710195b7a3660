"""Arguments of the command `radiant`."""

import pytest

from cli.__main__ import main


@pytest.mark.parametrize("option", [["--events", "5"], ["--quiet"], ["--data", "file.csv"]])
def test_option_of_the_demonstration_without_demo_is_refused(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["up", *option])
    assert caught.value.code == 2
    assert "need --demo" in capsys.readouterr().err
