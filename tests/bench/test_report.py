"""The page of reliability shows what was measured, says what was not, and makes nothing up."""

import json
from pathlib import Path

from bench.resilience.report import written


def test_without_any_report_it_holds_no_figure(tmp_path: Path) -> None:
    text = written(tmp_path)
    assert text.count("Not measured. Run ") == 3
    assert text.count("were not measured.") == 2
    assert not any(character.isdigit() for character in text)


def test_what_was_measured_is_shown_and_the_rest_is_named(tmp_path: Path) -> None:
    (tmp_path / "cross_tenant.json").write_text(json.dumps({"attempts": 4321, "refused": 4320}))
    fuzz = {
        "seed": 9,
        "services": {"IngestService": {"requests": 777, "internal": 2, "statuses": {}}},
        "parsers": {"tokens": {"runs": 888, "crashes": 0}},
    }
    (tmp_path / "fuzz.json").write_text(json.dumps(fuzz))
    text = written(tmp_path)
    assert "| calls of every method | 4321 | 4320 |" in text
    assert "| IngestService | 777 | 2 |" in text
    assert "| tokens | 888 | 0 |" in text
    assert "Run `make chaos`" in text
    assert "Calls during faults were not measured." in text


def test_a_report_of_another_form_is_no_reason_to_guess(tmp_path: Path) -> None:
    (tmp_path / "chaos.json").write_text(json.dumps({"seed": 1}))
    (tmp_path / "overload.json").write_text("{")
    text = written(tmp_path)
    assert "Not shown. The report has an unexpected form" in text
    assert "Run `python -m bench.resilience.overload`" in text
