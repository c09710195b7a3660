"""`radiant token TENANT`: a token for development, signed with the data folder's own key."""

from datetime import timedelta

from cli.commands import Call
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from kit.rpc.auth import mint


async def run(call: Call) -> int:
    """Prints the token alone, so that it can be put into a variable."""
    given = call.arguments
    key = token_key(call.settings, DataFolder(call.settings.data))
    print(mint(key, given.tenant, given.role, timedelta(hours=given.hours), given.subject))  # noqa: T201
    return 0
