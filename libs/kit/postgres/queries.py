"""Named queries in .sql files. Each has a name and a comment with its reason."""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterator, Mapping

_HEAD = re.compile(r"^-- query: *(\w+) *\n-- ?(.+)\n", re.MULTILINE)
_COMMENT = re.compile(r"--.*")


class Queries(Mapping[str, str]):
    """The queries of one file, by name."""

    def __init__(self, text: str, origin: str) -> None:
        """Parses the text; raises ValueError for a duplicate name and for a query without a reason or a statement."""
        heads = list(_HEAD.finditer(text))
        if len(heads) != text.count("-- query:"):
            raise ValueError(f"{origin}: a query has no name or no reason")
        ends = [head.start() for head in heads[1:]] + [len(text)]
        self._queries: dict[str, str] = {}
        for head, end in zip(heads, ends, strict=True):
            name = head[1]
            if name in self._queries:
                raise ValueError(f"{origin}: duplicate query {name}")
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
    """Returns the queries of a package's file; the file is in the folder `sql` if the package has one."""
    folder = importlib.resources.files(package)
    within = folder / "sql" / file
    path = within if within.is_file() else folder / file
    return Queries(path.read_text(encoding="utf-8"), f"{package}/{file}")
