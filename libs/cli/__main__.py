"""The command line `radiant`."""

import argparse
import asyncio
import importlib
import os
import sys
from pathlib import Path

import asyncpg
from rich.console import Console

from cli.commands import Invocation
from cli.embedded import EmbeddedError
from cli.processes.supervisor import PartFailedError
from cli.roles import RoleError
from cli.schemas import DatabaseError
from cli.services import SERVICES
from cli.settings import SuiteSettings
from kit.auth.access import ROLES
from kit.errors import RadiantError
from kit.postgres.migrate import MigrationError
from kit.service import PRIVATE_UMASK
from kit.settings.declaration import SettingsError

TOKEN_HOURS_MAX = 8760
_DATA_HELP = (
    "play recorded outcomes instead of a simulation: a CSV table, plain or gzipped, with the columns prompt_id, task, "
    "model, quality (0 to 1), cost_usd and latency_s (empty: unknown); commas, semicolons or tabs; UTF-8, or UTF-16 "
    "with a byte order mark"
)


_FAILURES = (
    EmbeddedError,
    PartFailedError,
    RadiantError,
    RoleError,
    DatabaseError,
    MigrationError,
    asyncpg.PostgresError,
    OSError,
)
"""Errors whose message is printed without a traceback."""


def parser() -> argparse.ArgumentParser:
    """Returns the argument parser."""
    radiant = argparse.ArgumentParser(prog="radiant", description="Runs and checks the Radiant suite on one machine.")
    commands = radiant.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="start the whole suite and run it until Ctrl-C")
    up.add_argument("--demo", action="store_true", help="play a day of demonstration traffic once it is up")
    _demo_options(up)
    _demo_options(commands.add_parser("demo", help="play demonstration traffic against the running suite"))

    serve = commands.add_parser("serve", help="run one service against DATABASE_URL and REDIS_URL")
    serve.add_argument("service", choices=[service.name for service in SERVICES])
    commands.add_parser("console", help="print a link to the console of the running suite")
    migrate = commands.add_parser("migrate", help="create roles and apply migrations")
    passwords = migrate.add_mutually_exclusive_group()
    passwords.add_argument(
        "--set-passwords", action="store_true", help="set the passwords and attributes of existing roles"
    )
    passwords.add_argument(
        "--keep-passwords", action="store_true", help="do not verify the passwords of existing roles"
    )
    doctor = commands.add_parser("doctor", help="check this machine, the servers and the settings of the services")
    doctor.add_argument("--production", action="store_true", help="check a production set-up")
    doctor.add_argument(
        "--environments", type=Path, metavar="DIR", help="folder with SERVICE.env files for --production"
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON object per finding")

    protos = commands.add_parser("protos", help="write the API's protos and their imports to a folder")
    protos.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to; created if missing")

    token = commands.add_parser("token", help="print a token for development")
    token.add_argument("tenant", help="tenant of the token; '' for an operator of all tenants")
    token.add_argument(
        "--role", action="append", choices=ROLES, help="role of the token, may be repeated; default service"
    )
    token.add_argument("--subject", default="developer", help="subject of the token; default developer")
    token.add_argument("--hours", type=float, default=24.0, help="lifetime in hours; default 24")
    return radiant


def _demo_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, metavar="FILE", help=_DATA_HELP)
    command.add_argument("--events", type=_count, metavar="N", help="number of requests; default 2000")
    command.add_argument("--seed", type=int, default=7, metavar="N", help="seed of the random numbers; default 7")
    command.add_argument("--quiet", action="store_true", help="print only the result, as key=value lines")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, at least 1")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0 for success, 1 for a failure, 2 for bad arguments or settings."""
    os.umask(PRIVATE_UMASK)
    grammar = parser()
    given = grammar.parse_args(arguments)
    if given.command == "up" and not given.demo and (given.data or given.events or given.quiet):
        grammar.error("--data, --events and --quiet of `radiant up` need --demo")
    if given.command == "doctor" and given.environments and not given.production:
        grammar.error("--environments needs --production")
    if given.command == "token":
        given.role = given.role or ["service"]
        if not given.tenant and given.role != ["operator"]:
            grammar.error("a token without a tenant needs --role operator and no other role")
        if not 0 < given.hours <= TOKEN_HOURS_MAX:
            grammar.error(f"--hours must be greater than 0 and at most {TOKEN_HOURS_MAX}")
    console = Console()
    try:
        settings = SuiteSettings.from_env(os.environ)
        command = importlib.import_module(f"cli.commands.{given.command}")
        invocation = Invocation(arguments=given, settings=settings, environ=dict(os.environ), console=console)
        code: int = asyncio.run(command.run(invocation))
    except SettingsError as problem:
        code = _print_error(str(problem), 2)
    except _FAILURES as problem:
        code = _print_error(str(problem), 1)
    except KeyboardInterrupt:
        code = 130
    return code


def _print_error(text: str, code: int) -> int:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
