"""Named queries in .sql files: each has a name, a reason and nothing else."""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping

_HEAD = re.compile(r"^-- query: *(\w+) *\n-- ?(.+)\n", re.MULTILINE)
_COMMENT = re.compile(r"--.*")


class Queries(Mapping[str, str]):
    """The queries of one file by name."""

    def __init__(self, text: str, origin: str) -> None:
        """Reads the text; raises ValueError for a name that appears twice and a query without reason or text."""
        heads = list(_HEAD.finditer(text))
        if len(heads) != text.count("-- query:"):
            raise ValueError(f"{origin}: a query lacks its name or its reason")
        ends = [head.start() for head in heads[1:]] + [len(text)]
        self._queries: dict[str, str] = {}
        for head, end in zip(heads, ends, strict=True):
            name = head[1]
            if name in self._queries:
                raise ValueError(f"{origin}: two queries are called {name}")
            body = text[head.end() : end].strip().removesuffix(";")
            if not _COMMENT.sub("", body).strip():
                raise ValueError(f"{origin}: {name} is empty")
            self._queries[name] = body

    def __getitem__(self, name: str) -> str:
        return self._queries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


@functools.cache
def load_queries(package: str, file: str = "queries.sql") -> Queries:
    """Reads a package's query file, in its `sql` folder if it has one."""
    folder = importlib.resources.files(package)
    within = folder / "sql" / file
    place = within if within.is_file() else folder / file
    return Queries(place.read_text(encoding="utf-8"), f"{package}/{file}")
