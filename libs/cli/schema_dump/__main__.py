"""`python -m cli.schema_dump`: writes each service's schema.sql from a temporary PostgreSQL with all migrations."""

import asyncio
import importlib
import shutil
import sys
import tempfile
from pathlib import Path

from cli.embedded import EmbeddedPostgres
from cli.embedded.postgres import SCRATCH_OPTIONS
from cli.schema_dump.dump import dump, partitions
from cli.schemas import apply_all
from cli.services import SERVICES_WITH_SCHEMA


async def write(folder: Path) -> None:
    """Runs the server in `folder` and writes the files beside the migrations of the installed packages."""
    server = EmbeddedPostgres(folder, options=SCRATCH_OPTIONS)
    try:
        await server.start()
        await apply_all(server.url, {service.role: "unused" for service in SERVICES_WITH_SCHEMA})
        excluded = await partitions(server.url)
        for service in SERVICES_WITH_SCHEMA:
            package = Path(importlib.import_module(service.module).__file__ or "").parent
            text = await asyncio.to_thread(dump, server.url, service.schema, excluded)
            (package / "sql" / "schema.sql").write_text(text, encoding="utf-8")
            sys.stdout.write(f"{service.name}: {len(text.splitlines())} lines\n")
    finally:
        await server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def main() -> None:
    """Writes the files with a server in a temporary folder, which is also removed after a failure."""
    folder = Path(tempfile.mkdtemp(prefix="radiant-schema-"))
    folder.chmod(0o755)  # the user that PostgreSQL runs as must be able to enter it
    try:
        asyncio.run(write(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
