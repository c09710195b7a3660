"""RELIABILITY.md: measured figures, missing reports, malformed reports."""

import json
from pathlib import Path

from bench.resilience.report import written


def test_page_without_reports_has_no_figures(tmp_path: Path) -> None:
    text = written(tmp_path)
    assert text.count("Not measured. Run ") == 5
    assert text.count("were not measured.") == 2
    assert not any(character.isdigit() for character in text)


def test_page_with_some_reports_names_the_missing_ones(tmp_path: Path) -> None:
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


def test_page_with_attacks_shows_those_that_were_not_held(tmp_path: Path) -> None:
    attack = {
        "group": "g",
        "name": "n",
        "limit": "l",
        "attempts": 55,
        "is_held": False,
        "figure": "a|b <s>",
        "seconds": 1,
    }
    report = {"attacks": [attack, attack | {"name": "m", "is_held": True}], "held": 1}
    (tmp_path / "attack.json").write_text(json.dumps(report))
    text = written(tmp_path)
    assert "The property held in 1 of 2 attacks on a running suite." in text
    assert "| g: n | 55 | **no** | l | a\\|b &lt;s> |" in text
    assert "| g: m | 55 | yes | l |" in text


def test_page_with_malformed_report_shows_no_figures_of_it(tmp_path: Path) -> None:
    (tmp_path / "chaos.json").write_text(json.dumps({"seed": 1}))
    (tmp_path / "overload.json").write_text("{")
    text = written(tmp_path)
    assert "Not shown. The report has an unexpected form" in text
    assert "Run `python -m bench.resilience.overload`" in text
