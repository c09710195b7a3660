"""`radiant token TENANT`: prints a development token, signed with the key of the data folder."""

from datetime import timedelta

from cli.commands import Call
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from kit.auth.tokens import mint


async def run(call: Call) -> int:
    """Prints only the token, so that a shell can assign it to a variable."""
    given = call.arguments
    key = token_key(call.settings, DataFolder(call.settings.data))
    print(mint(key, given.tenant, given.role, timedelta(hours=given.hours), given.subject))  # noqa: T201
    return 0
