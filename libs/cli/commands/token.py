"""`radiant token TENANT`: prints a development token, signed with the key of the data folder."""

import sys
from datetime import timedelta

from cli.commands import Invocation
from cli.embedded.folder import DataFolder
from cli.environment import token_key
from kit.auth.tokens import mint


async def run(invocation: Invocation) -> int:
    """Prints only the token, so that a shell can assign it to a variable."""
    given = invocation.arguments
    is_new = not invocation.settings.data.expanduser().exists()
    folder = DataFolder(invocation.settings.data)
    key = token_key(invocation.settings, folder)
    if is_new and not invocation.settings.token_key:
        text = f"Created the data folder {folder.path} with a new key. A suite with another folder refuses the token."
        print(text, file=sys.stderr)  # noqa: T201
    print(mint(key, given.tenant, given.role, timedelta(hours=given.hours), given.subject))  # noqa: T201
    return 0
