"""`radiant token TENANT`: prints a development token, signed with the key of the data folder."""

from datetime import timedelta

from cli.commands import Invocation
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from kit.auth.tokens import mint


async def run(invocation: Invocation) -> int:
    """Prints only the token, so that a shell can assign it to a variable."""
    given = invocation.arguments
    key = token_key(invocation.settings, DataFolder(invocation.settings.data))
    print(mint(key, given.tenant, given.role, timedelta(hours=given.hours), given.subject))  # noqa: T201
    return 0
