"""PostgreSQL and Valkey from their wheels, run by the suite's supervisor.

Both servers listen on 127.0.0.1 only, require a generated password, keep their data in the data folder and exit
with the process that started them, even when that process is killed.
"""

from cli.embedded.folder import EmbeddedError, FolderInUseError
from cli.embedded.postgres import EmbeddedPostgres, embedded_postgres
from cli.embedded.server import EmbeddedServer
from cli.embedded.valkey import EmbeddedValkey, embedded_valkey

__all__ = [
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedServer",
    "EmbeddedValkey",
    "FolderInUseError",
    "embedded_postgres",
    "embedded_valkey",
]
