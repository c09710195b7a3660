"""`radiant migrate`: roles and schemas of all services, brought up to date."""

from cli.commands import Call
from cli.embedded import embedded_postgres
from cli.embedded.folder import DataFolder
from cli.environment import role_passwords
from cli.schemas import apply_all
from cli.suite import database_url


async def run(call: Call) -> int:
    """Applies what is missing on DATABASE_URL, else on the embedded PostgreSQL, started for it if need be."""
    folder = DataFolder(call.settings.data)
    url = database_url(call.settings, folder)
    if url is not None:
        return await _migrate(call, folder, url)
    async with embedded_postgres(folder.path) as server:
        return await _migrate(call, folder, server.url)


async def _migrate(call: Call, folder: DataFolder, url: str) -> int:
    for service, migrations in (await apply_all(url, role_passwords(call.settings, folder))).items():
        for migration in migrations:
            call.tell(f"{service}: applied {migration.number:04d} {migration.name}")
        if not migrations:
            call.tell(f"{service}: up to date")
    return 0
