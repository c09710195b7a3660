"""Histories of several users, with or without one of them, and all that is left of a history in the end."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from ingest.notify.learner import NoLearnerNotifier
from ingest.privacy.erasure import Erasures
from kit.postgres.once import Asked
from kit.postgres.pool import PostgresSettings, open_database
from neural.api.convert.learning import names
from neural.boards.store import read_boards
from neural.domain.model import BoardKey
from neural.privacy.erasure import Forgetting
from neural.rebuild.versions import as_learner
from neural.trust.rounds import Trusting
from tests.neural.works import Works, quiet
from tests.neural.world import TODAY, YESTERDAY, World
from tests.support.servers import url_as

GONE = "gone-with-the-wind"
"""The user who is forgotten; globex has one of the same name."""
MODELS = ("m0", "m1", "m2", "m3")
KINDS = ("copy_response", "regenerate", "scroll_to_end", "share_response")


@dataclass(frozen=True)
class Deed:
    """Something that happened to an output of a tenant."""

    tenant: str
    output: str
    owner: str
    """Whom the output was made for."""
    user: str
    what: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def of_gone(self) -> bool:
        """Whether it is missing in the world in which acme never had that user."""
        return self.tenant == "acme" and GONE in (self.owner, self.user)

    async def do(self, world: World) -> None:
        """Lets it happen."""
        own = world.of(self.tenant)
        if self.what == "manifest":
            await own.manifest(self.output, owner=self.owner, **self.details)
        else:
            await getattr(own, self.what)(self.output, user=self.user, **self.details)


def history(seed: int, outputs: int = 160) -> list[Deed]:
    """Makes up a disorderly history; a seed always gives the same one."""
    chance = random.Random(seed)
    crowd = [GONE, *(f"user{number}" for number in range(5)), "liar"]
    deeds: list[Deed] = []
    for number in range(outputs):
        tenant = "acme" if number % 8 else "globex"
        owner, output = chance.choice(crowd), f"{seed}-{number}"
        models = chance.sample(MODELS, chance.choice([1, 1, 2]))
        versions = [chance.choice(["", "v2", f"v{number % 30}"]) for _ in models]
        at = YESTERDAY - timedelta(minutes=chance.randrange(5000))
        more = {"orchestration": chance.choice(["", "o"]), "services": chance.sample(["s", "t"], 1), "cost": 0.5}
        manifest = {"models": models, "versions": versions, "at": at, **more}
        deeds.append(Deed(tenant, output, owner, owner, "manifest", manifest))
        for user in chance.sample(crowd, chance.randint(2, 6) if tenant == "acme" else 1):
            deeds += _said(chance, tenant, output, owner, user, models)
    chance.shuffle(deeds)
    return deeds


def _said(chance: random.Random, tenant: str, output: str, owner: str, user: str, models: list[str]) -> Iterator[Deed]:
    good = models[0] in MODELS[:2]
    sure = {"user0": 0.97, "user1": 0.94, "user2": 0.5}.get(user, 0.9 if good is (user != "liar") else 0.15)
    fine = chance.random() < sure  # the first two are of one mind, the third of none: their trust is in between
    yield Deed(
        tenant, output, owner, user, "vote", {"rating": 1 if fine else -1, "seconds": 1, "categories": ["speed"]}
    )
    if chance.random() < 0.4:
        yield Deed(tenant, output, owner, user, "signal", {"kind": chance.choice(KINDS), "seconds": 2})
    if chance.random() < 0.2:
        yield Deed(tenant, output, owner, user, "voice", {"sentiment": chance.uniform(-1, 1), "seconds": 3})
    if chance.random() < 0.1:
        yield Deed(tenant, output, owner, user, "retract", {"seconds": 1.5})


async def lived(work: Works, deeds: list[Deed], *, rounds: int = 1) -> None:
    """Lets a history happen, learned and judged in as many rounds; every rater is known for a month."""
    trusting = Trusting(work.database, quiet)
    size = -(-len(deeds) // rounds)
    for start in range(0, len(deeds), size):
        async with work.world.connection.transaction():
            for deed in deeds[start : start + size]:
                await _do(deed, work.world)
        await work.rows("UPDATE ingest.explicit_feedback SET recorded_at = now() - interval '30 days'")
        await work.publish()
        assert await trusting.recompute() is not None
        await work.publish()


async def _do(deed: Deed, world: World) -> None:
    details = dict(deed.details)
    if deed.what == "manifest":
        models = details.pop("models")
        await world.of(deed.tenant).manifest(deed.output, *models, owner=deed.owner, **details)
    else:
        await deed.do(world)


@contextlib.asynccontextmanager
async def guardian(work: Works) -> AsyncIterator[Erasures]:
    """Opens intake's side of erasures on the database of the works."""
    postgres = PostgresSettings(url=url_as("radiant_ingest", work.database_url), application_name="guardian")
    async with open_database(postgres) as database:
        yield Erasures(database, NoLearnerNotifier())


async def forget(work: Works, user: str = GONE, tenant: str = "acme") -> str:
    """Has intake erase a user; returns the digest-bearing answer's erasure as text."""
    asked = Asked(tenant_id=tenant, request_id=str(uuid4()), method="ForgetUser", fingerprint=b"f")
    async with guardian(work) as privacy:
        return (await privacy.erase(asked, user, "admin", lambda rows, name: f"{rows} {name}".encode())).decode()


def forgetting(work: Works) -> Forgetting:
    """Returns learning's side of erasures as a fresh process has it."""
    return Forgetting(work.database, work.cache, Trusting(work.database, quiet), quiet, names)


async def settled(work: Works) -> None:
    """Learns and does learning's parts of erasures until nothing is left."""
    for _ in range(20):
        await work.publish()
        if not await forgetting(work).step() and not await work.waiting():
            pending = "SELECT count(*) FROM ingest.erasures WHERE NOT parts_done @> '{learning,decisions}'"
            if not await work.number(pending):
                return
    raise AssertionError("an erasure does not come to its end")


async def left(work: Works, tenant: str = "acme") -> dict[str, Any]:
    """Returns all that learning holds of a tenant, without what merely counts changes."""
    cells = {key: value for key, value in (await work.cells()).items() if key[0] == tenant}
    version = (await work.live()).number
    async with as_learner(work.database) as connection:
        boards = await read_boards(connection, keys_of(cells), TODAY, work.settings.carry_over)
    tables = {
        "versions": "SELECT model, model_version, first_output_at FROM neural.model_versions WHERE tenant_id = $1",
        "recent": "SELECT task_type, domain_mode, model, created_at, output_id, user_id, score FROM neural.recent_units"
        " WHERE tenant_id = $1",
        "units": "SELECT output_id, user_id, evidence, score_sum, rating, implicit_sign FROM neural.unit_contributions"
        f" WHERE tenant_id = $1 AND version = {version}",
        "heavy": "SELECT task_type, domain_mode, model, model_version, user_id, evidence, score_sum, total_count"
        f" FROM neural.heavy_raters WHERE tenant_id = $1 AND version = {version}",
        "companions": "SELECT task_type, domain_mode, model, kind, name, evidence, score_sum"
        f" FROM neural.model_companions WHERE tenant_id = $1 AND evidence <> 0 AND version = {version}",
        "raters": "SELECT task_type, domain_mode, model, model_version, raters FROM neural.neural_model_scores"
        f" WHERE tenant_id = $1 AND user_id = '' AND raters <> 0 AND version = {version}",
        "trust": "SELECT user_id, round(trust::numeric, 9) AS trust, outlier FROM neural.user_trust_scores"
        " WHERE tenant_id = $1 AND trust <> 1",
    }
    found = {name: sorted(map(tuple, await work.rows(query, tenant))) for name, query in tables.items()}
    return {"cells": cells, "boards": {board.key: dict(board.rows) for board in boards}, **found}


async def global_scores(work: Works) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Returns what the global scope holds."""
    rows = await work.rows(
        "SELECT task_type, domain_mode, model, model_version, evidence, score_sum, total_count, raters, tenants,"
        " published FROM neural.global_model_scores WHERE total_count <> 0 AND version = $1",
        (await work.live()).number,
    )
    return {tuple(row)[:4]: tuple(row)[4:] for row in rows}


def keys_of(cells: dict[tuple[Any, ...], Any]) -> set[BoardKey]:
    """Returns the boards that cells stand on."""
    return {BoardKey(*map(str, key[:4])) for key in cells}


def close(one: Any, other: Any) -> bool:
    """Tells whether two findings are the same, their numbers to 1e-9: the trust of others is computed in floats."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, int | float | Decimal) and not isinstance(one, bool):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return close(dataclasses.astuple(one), dataclasses.astuple(other))
    return bool(one == other)
