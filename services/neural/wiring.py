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
from kit.rpc.server import RpcServer, build_server
from kit.rpc.trust import open_authenticator
from neural import learning_servicer, recommend_servicer
from neural.board_cache import BoardCache
from neural.evaluation.evaluate import PolicyEvaluation
from neural.learning.board_store import BoardStore
from neural.learning.forgetting import Forgetting
from neural.learning.learner import Learner
from neural.learning.pacers import Pacers
from neural.learning.publisher import Publisher
from neural.learning.rebuild import Rebuild
from neural.learning.shifting import Shifting
from neural.learning.trusting import Trusting
from neural.learning.versions import ensure_live_version
from neural.model import BoardKey
from neural.nightly.run import Nightly
from neural.recommending.decision_log import DecisionLog
from neural.recommending.listening import Listener
from neural.recommending.prices import PacedPrices
from neural.recommending.recommender import Recommender
from neural.recommending.strengths import Believes, Fitted, Settled
from neural.recommending.table import BoardTable
from neural.recommending.treatments import RunningExperiments
from neural.recommending.watch import Hub
from neural.scores import Scores
from neural.settings import NeuralSettings
from neural.tenant_settings import TenantSettings
from neural.translate.learning import names
from neural.trust_pins import TrustPins
from neural.upkeep import upkeep_forever
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
    access = recommend_servicer.ACCESS | learning_servicer.ACCESS
    server = build_server(settings.rpc, authenticator, access)
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
