"""The only file that knows every concrete class of the service."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from kit.lifecycle import background
from kit.postgres.pool import Database, open_database
from kit.redis.client import open_redis
from kit.rpc.auth import Authenticator
from kit.rpc.auth_settings import open_authenticator
from kit.rpc.server import RpcServer, build_server
from neural.api import learning_servicer, recommend_servicer
from neural.api.convert.learning import names
from neural.boards.cache import BoardCache
from neural.boards.change_listener import Listener
from neural.boards.publisher import Publisher
from neural.boards.store import BoardStore
from neural.boards.table import BoardTable
from neural.budget.controller import Pacers
from neural.budget.weights import PacedPrices
from neural.domain.model import BoardKey
from neural.drift.detector import Shifting
from neural.evaluation.evaluate import PolicyEvaluation
from neural.learning.learner import Learner
from neural.nightly.run import Nightly
from neural.privacy.erasure import Forgetting
from neural.queries.scores import Scores
from neural.queries.tenant_settings import TenantSettings
from neural.rebuild.rebuild import Rebuild
from neural.rebuild.versions import ensure_live_version
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.experiment_overrides import RunningExperiments
from neural.recommendation.prior_cache import Believes, Fitted, Settled
from neural.recommendation.recommender import Recommender
from neural.recommendation.watch import Hub
from neural.settings import NeuralSettings
from neural.trust.pins import TrustPins
from neural.trust.rounds import Trusting
from neural.worker.maintenance import upkeep_forever
from radiant.neural.v1 import (
    learning_service_pb2,
    learning_service_pb2_grpc,
    recommend_service_pb2,
    recommend_service_pb2_grpc,
)

LISTENING_TIMEOUT = timedelta(seconds=5)


@contextlib.asynccontextmanager
async def wired(settings: NeuralSettings) -> AsyncIterator[RpcServer]:
    """Gives the service's server, built and not yet started, with everything behind it running."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres))
        await ensure_live_version(database, settings.learning.mode, settings.learning.half_life)
        cache = BoardCache(await stack.enter_async_context(open_redis(settings.redis_url)))
        ears = await stack.enter_async_context(open_redis(settings.redis_url, LISTENING_TIMEOUT))
        log = DecisionLog(database, settings.recommend.log_queue_max)
        store = BoardStore(database, settings.learning.carry_over)
        table = BoardTable(cache, store, settings.recommend.table_boards_max)
        experiments = RunningExperiments(database)
        prices = PacedPrices(database, lambda tenant: hub.reprice(tenant))
        fitted = Fitted(database, settings.recommend.beliefs)
        strengths = fitted if settings.recommend.fitted_priors else Settled(settings.recommend.beliefs)
        recommender = Recommender(table, log, settings.recommend, experiments, prices, strengths)
        hub = Hub(database, recommender)
        shifting = Shifting(database, lambda: learner.wake())
        publisher = Publisher(database, cache, settings.learning, shifting.note)
        learner = Learner(database, publisher.wake, settings.learning.idle.total_seconds())
        trusting = Trusting(database, learner.wake)
        rebuild = Rebuild(database, settings.learning, publisher.suspect)
        nightly = Nightly(database, settings.learning, rebuild, trusting)
        stack.push_async_callback(nightly.close)

        def changed(keys: Sequence[BoardKey] | None) -> None:
            if keys is None:
                table.clear()
            else:
                table.invalidate(keys)
            hub.hear(keys)

        def connected() -> None:
            table.alive()
            publisher.suspect()

        listener = Listener(
            ears, changed=changed, work=learner.wake, alive=table.alive, connected=connected, lost=table.deaf
        )
        for name, work in (
            ("listener", listener.listen_forever),
            ("publisher", publisher.run_forever),
            ("learner", learner.run_forever),
            ("decision-log", log.write_forever),
            ("experiments", experiments.look_forever),
            ("pacers", Pacers(database, settings.learning.budget_gain).run_forever),
            ("prices", prices.look_forever),
            ("strengths", fitted.look_forever),
            ("shifts", shifting.look_forever),
            ("trust", trusting.run_forever),
            ("nightly", nightly.run_forever),
            ("erasures", Forgetting(database, cache, trusting, publisher.wake, names).forget_forever),
            ("upkeep", functools.partial(upkeep_forever, database)),
        ):
            await stack.enter_async_context(background(name, work))
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        yield _server(
            settings, authenticator, database, cache, recommender, hub, learner, nightly, publisher, strengths
        )


def _server(
    settings: NeuralSettings,
    authenticator: Authenticator,
    database: Database,
    cache: BoardCache,
    recommender: Recommender,
    hub: Hub,
    learner: Learner,
    nightly: Nightly,
    publisher: Publisher,
    strengths: Believes,
) -> RpcServer:
    server = build_server(settings.rpc, authenticator)
    scores = Scores(database, settings.learning.carry_over)
    server.add(
        recommend_service_pb2_grpc.add_RecommendServiceServicer_to_server,
        recommend_servicer.RecommendServicer(recommender, hub, scores, settings.recommend),
        recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"],
    )
    server.add(
        learning_service_pb2_grpc.add_LearningServiceServicer_to_server,
        learning_servicer.LearningServicer(
            database,
            cache,
            learner,
            nightly,
            TenantSettings(database, publisher.wake),
            PolicyEvaluation(
                database, BoardStore(database, settings.learning.carry_over), settings.recommend, strengths
            ),
            TrustPins(database, learner.wake),
        ),
        learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"],
    )
    return server
