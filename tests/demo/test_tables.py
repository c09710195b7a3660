"""Tables from spreadsheets and other programs: the right values, or an error with row, column and what is allowed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cli.demo.tables import TableError
from cli.demo.workload import RecordedWorkload

HEADER = "prompt_id,task,model,quality,cost_usd,latency_s"
ROWS = ("1,code,é,1,0.5,2", "1,code,b,0.25,,")
TEXT = "\n".join((HEADER, *ROWS, ""))


def read(folder: Path, content: bytes) -> RecordedWorkload:
    """Returns the workload of a file with this content."""
    path = folder / "t.csv"
    path.write_bytes(content)
    return RecordedWorkload(path, 1)


def with_row(row: str) -> bytes:
    """Returns a table whose third line is this row."""
    return "\n".join((HEADER, ROWS[0], row, "")).encode()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode("utf-8-sig"),
        TEXT.replace(",", "\t").encode("utf-16"),
        ("sep=;\r\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace(HEADER, " Prompt_ID ,task, model,QUALITY,cost_usd,latency_s,note")
        .replace("\n", ",x\n", 9)
        .replace("note,x", "note")
        .encode(),
        ("\n" + TEXT.replace("\n", "\n\n")).encode(),
        gzip.compress(TEXT.encode("utf-16")),
    ],
    ids=[
        "utf-8",
        "utf-8 with BOM",
        "utf-16 little",
        "utf-16 big",
        "utf-32",
        "CRLF",
        "CR",
        "semicolon",
        "tab",
        "sep=",
        "header with blanks and another column",
        "empty lines",
        "gzip without suffix",
    ],
)
def test_table_in_format_of_a_spreadsheet_is_read(tmp_path: Path, content: bytes) -> None:
    [request] = read(tmp_path, content).requests(1)
    assert sorted(request.outcomes) == ["b", "é"]
    first, second = request.outcomes["é"], request.outcomes["b"]
    assert (first.quality, first.cost, first.latency_ms) == (1, 0.5, 2000)
    assert (second.quality, second.cost, second.latency_ms) == (0.25, None, None), "an empty number is unknown"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (with_row("1,code,b,nan,0,0"), "line 3: quality nan is not in [0, 1]"),
        (with_row("1,code,b,Infinity,0,0"), "line 3: quality Infinity is not in [0, 1]"),
        (with_row("1,code,b,,0,0"), "line 3: quality is empty; it must be a number in [0, 1]"),
        (with_row("1,code,b,good,0,0"), "line 3: quality 'good' is not a number; it must be in [0, 1]"),
        (with_row("1,code,b,1_0,0,0"), "line 3: quality '1_0' is not a number"),
        (with_row("1,code,b,1,nan,0"), "line 3: cost_usd nan is not in [0, 1000000]"),
        (with_row("1,code,b,1,-0.1,0"), "line 3: cost_usd -0.1 is not in [0, 1000000]"),
        (with_row("1,code,b,1,1e400,0"), "line 3: cost_usd 1e400 is not in [0, 1000000]"),
        (with_row("1,code,b,1,$0.01,0"), "line 3: cost_usd '$0.01' is not a number"),
        (with_row("1,code,b,1,0,inf"), "line 3: latency_s inf is not in [0, 86400]"),
        (with_row("1,code,b,1,0"), "line 3: has 5 values, but the header has 6 columns"),
        (with_row("1,code,b,0,5,0,1"), "line 3: has 7 values, but the header has 6 columns"),
        (with_row("1,code,,1,0,0"), "line 3: model is empty"),
        (with_row(",code,b,1,0,0"), "line 3: prompt_id is empty"),
        (with_row("1,code;ü,b,1,0,0"), "line 3: task 'code;ü' is not allowed"),
        (with_row(f"1,code,{'b' * 201},1,0,0"), "line 3: model has 201 characters; at most 200 are allowed"),
        (with_row("1,code,b\0,1,0,0"), "line 3: contains the NUL character"),
        (with_row("1,code,b\x07,1,0,0"), r"line 3: model 'b\x07' contains a control character"),
        (with_row(f'1,code,"{"b" * 200_000}",1,0,0'), "line 3: a field has more than 131,072 characters"),
        (with_row('1,code,"b,1,0,0'), "line 3: a quoted field is not closed"),
        (TEXT.replace(",", ";").replace("0.5", "0,5").encode(), "line 2: cost_usd '0,5' is not a number"),
        (TEXT.encode("latin-1"), "line 2: byte 0xE9 is not valid in UTF-8"),
        (TEXT.encode("utf-16-le"), "line 1: contains the NUL character"),
        (TEXT.encode("utf-16")[:-1], "is not valid in UTF-16"),
        (b"PK\x03\x04\xff\xfe\0\0", "line 1: contains the NUL character"),
        (gzip.compress(TEXT.encode())[:-9], "is not a complete gzip file"),
        (b"", "the file is empty"),
        (f"{HEADER},model\n".encode(), "line 1: column model occurs twice"),
        (f"{HEADER}\n".encode(), "no rows"),
        (b"prompt_id|task\n", "missing columns: cost_usd, latency_s, model, prompt_id, quality, task"),
    ],
)
def test_invalid_table_is_refused_with_row_column_and_what_is_allowed(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(TableError) as refusal:
        read(tmp_path, content)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("t.csv")
