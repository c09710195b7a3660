"""Reads CSV tables as spreadsheets and other programs write them, and refuses others with row, column and rule.

UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one; comma, semicolon or tab; any line ends; plain or
gzipped.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, BinaryIO, cast

DELIMITERS = ",;\t"
SAVE_AS_UTF_8 = "save the table as UTF-8, or as UTF-16 with a byte order mark"
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The mark of UTF-32 begins with that of UTF-16 and is therefore before it."""


class TableError(ValueError):
    """The table is unusable; the message names the line, the column and the rule."""


@dataclass(frozen=True, slots=True)
class Row:
    """Values of one row by column."""

    place: str
    """File and line, for errors."""
    values: Mapping[str, str]

    def text(self, column: str, characters_max: int) -> str:
        """Returns the value of a column; raises TableError if it is empty, too long or has a control character."""
        text = self.values[column]
        if not text.strip():
            raise TableError(f"{self.place}: {column} is empty")
        if len(text) > characters_max:
            raise TableError(f"{self.place}: {column} has {len(text)} characters; at most {characters_max} are allowed")
        if not text.isprintable() and any(ord(each) < 32 or ord(each) == 127 for each in text):
            raise TableError(f"{self.place}: {column} {text!r} contains a control character")
        return text

    def optional_number(self, column: str, maximum: int) -> float | None:
        """Returns the number of a column, None for an empty value; raises TableError beyond [0, maximum]."""
        return self.number(column, maximum) if self.values[column].strip() else None

    def number(self, column: str, maximum: int) -> float:
        """Returns the number of a column; raises TableError if it is empty, no number or beyond [0, maximum]."""
        text = self.values[column].strip()
        if not text:
            raise TableError(f"{self.place}: {column} is empty; it must be a number in [0, {maximum}]")
        try:
            number = math.nan if "_" in text else float(text)
        except ValueError:
            number = math.nan
        if 0 <= number <= maximum:
            return number
        if math.isnan(number) and text.strip("+-").lower() != "nan":
            rule = f"it must be in [0, {maximum}], with a point before the decimals"
            raise TableError(f"{self.place}: {column} {text[:40]!r} is not a number; {rule}")
        raise TableError(f"{self.place}: {column} {text[:40]} is not in [0, {maximum}]")


def read_rows(path: Path, columns: Sequence[str], rows_max: int) -> Iterator[Row]:
    """Yields the rows of a table that has at least these columns; raises TableError or OSError."""
    try:
        with _binary(path) as file:
            mark = file.read(4)
        encoding = next((each for bom, each in _BYTE_ORDER_MARKS if mark.startswith(bom)), "utf-8")
        with _binary(path) as file, io.TextIOWrapper(cast(BinaryIO, file), encoding, newline="") as text:
            yield from _rows(_Lines(text, path.name), path.name, columns, rows_max)
    except UnicodeError:
        raise TableError(f"{_encoding_problem(path, encoding)}; {SAVE_AS_UTF_8}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise TableError(f"{path.name} is not a complete gzip file") from None


def _binary(path: Path) -> IO[bytes]:
    """Opens a file, plain or gzipped by its content."""
    with path.open("rb") as stored:
        is_gzip = stored.read(2) == _GZIP_MAGIC
    return cast(IO[bytes], gzip.open(path)) if is_gzip else path.open("rb")


def _encoding_problem(path: Path, encoding: str) -> str:
    """Returns which line of a file is not valid in its encoding."""
    if encoding.startswith("utf-8"):
        with _binary(path) as file:
            for number, line in enumerate(file, 1):
                if b"\0" in line:
                    return f"{path.name}, line {number}: contains the NUL character"
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    return f"{path.name}, line {number}: byte 0x{line[error.start]:02X} is not valid in UTF-8"
    return f"{path.name} is not valid in {encoding.upper()}"


def _rows(lines: _Lines, name: str, columns: Sequence[str], rows_max: int) -> Iterator[Row]:
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise TableError(f"{name}: the file is empty")
    if first[:4].lower() == "sep=" and first[4:].strip():
        delimiter, first = first[4], next(lines, "")
    else:
        delimiter = max(DELIMITERS, key=lambda each: len(set(columns) & set(_names(first.split(each)))))
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header = _header(_next_row(reader, lines.place) or [], columns, name, lines.place)
    place, count = lines.next_place, 0
    while (row := _next_row(reader, place)) is not None:
        if any(row):
            count += 1
            if count > rows_max:
                raise TableError(f"{name}: more than {rows_max:,} rows")
            if len(row) < len(header) or any(row[len(header) :]):
                raise TableError(f"{place}: has {len(row)} values, but the header has {len(header)} columns")
            yield Row(place, dict(zip(header, row, strict=False)))
        place = lines.next_place
    if not count:
        raise TableError(f"{name}: no rows")


def _next_row(reader: Iterator[list[str]], place: str) -> list[str] | None:
    """Returns the next row, None after the last one; raises TableError for invalid quotes and long fields."""
    try:
        return next(reader, None)
    except csv.Error as error:
        problem = str(error)
    if "field limit" in problem:
        raise TableError(
            f"{place}: a field has more than {csv.field_size_limit():,} characters; is a quote not closed?"
        )
    if "end of data" in problem:
        raise TableError(f"{place}: a quoted field is not closed")
    raise TableError(f"{place}: a quote must begin and end a field, and quotes within a field are doubled")


def _names(cells: Iterable[str]) -> list[str]:
    """Returns the names of columns, without blanks and quotes at both ends, in lower case."""
    return [cell.strip().strip('"').lower() for cell in cells]


def _header(cells: Sequence[str], columns: Sequence[str], name: str, place: str) -> list[str]:
    header = _names(cells)
    if missing := set(columns) - set(header):
        raise TableError(
            f"{name}: missing columns: {', '.join(sorted(missing))}; the header must be in the first line, "
            "separated by commas, semicolons or tabs"
        )
    if twice := [column for column in columns if header.count(column) > 1]:
        raise TableError(f"{place}: column {twice[0]} occurs twice")
    return header


class _Lines:
    """Iterator over the lines of a file; raises TableError for the NUL character."""

    def __init__(self, text: IO[str], name: str) -> None:
        self._text, self._name, self._number = text, name, 0

    @property
    def place(self) -> str:
        """File and number of the last line."""
        return f"{self._name}, line {self._number}"

    @property
    def next_place(self) -> str:
        """File and number of the next line."""
        return f"{self._name}, line {self._number + 1}"

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self._number += 1
        if "\0" in line:
            raise TableError(f"{self.place}: contains the NUL character; {SAVE_AS_UTF_8}")
        return line
