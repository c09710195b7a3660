"""`radiant console`: prints the URL of the console of the suite that runs on the data folder."""

from cli.commands import Invocation
from cli.embedded.folder import DataFolder
from cli.suite import RunningSuite, console_url


async def run(invocation: Invocation) -> int:
    """Prints only the URL. With development sign-in, it is a new one-time link; it permits a browser to sign in."""
    folder = DataFolder(invocation.settings.data)
    suite = RunningSuite.read(folder)
    url = console_url(suite, invocation.settings, folder) if suite is not None else ""
    if not url:
        invocation.print(f"No gateway runs on {folder.path}. Start the suite with `radiant up`.")
        return 1
    print(url)  # noqa: T201
    return 0
