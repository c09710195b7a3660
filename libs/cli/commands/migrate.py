"""`radiant migrate`: creates the roles and applies the migrations of all services."""

from urllib.parse import urlsplit

from cli.commands import Invocation
from cli.embedded import embedded_postgres
from cli.embedded.folder import DataFolder
from cli.environment import role_passwords
from cli.roles import ExistingRoles
from cli.schemas import apply_all
from cli.suite import database_url


async def run(invocation: Invocation) -> int:
    """Migrates the database of DATABASE_URL, else the embedded PostgreSQL, which is started if it does not run."""
    folder = DataFolder(invocation.settings.data)
    url = database_url(invocation.settings, folder)
    if url is not None:
        parts = urlsplit(url)
        invocation.print(f"Database: {parts.path.lstrip('/')} at {parts.hostname}:{parts.port or 5432}")
        return await _migrate(invocation, folder, url)
    invocation.print(f"DATABASE_URL is not set. Database: the embedded PostgreSQL in {folder.path}")
    async with embedded_postgres(folder.path) as server:
        return await _migrate(invocation, folder, server.url)


async def _migrate(invocation: Invocation, folder: DataFolder, url: str) -> int:
    existing = ExistingRoles.VERIFY
    if invocation.arguments.set_passwords:
        existing = ExistingRoles.RESET
    elif invocation.arguments.keep_passwords:
        existing = ExistingRoles.KEEP
    for service, migrations in (await apply_all(url, role_passwords(invocation.settings, folder), existing)).items():
        for migration in migrations:
            invocation.print(f"{service}: applied {migration.number:04d} {migration.name}")
        if not migrations:
            invocation.print(f"{service}: up to date")
    return 0
