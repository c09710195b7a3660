"""Composition root: creates the objects of the service and starts its background tasks."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from kit.auth.settings import open_authenticator
from kit.auth.tokens import Authenticator
from kit.lifecycle import background
from kit.poll import periodically
from kit.postgres.erasures import POLL_INTERVAL
from kit.postgres.pool import Database, open_database
from kit.redis.client import open_redis
from kit.redis.user_digest import read_user_digest
from kit.rpc.server import RpcServer, build_server
from neural.api import learning_servicer, recommend_servicer
from neural.api.convert.learning import trust_score_pattern
from neural.boards import global_scores
from neural.boards.cache import BoardCache
from neural.boards.change_listener import ChangeListener
from neural.boards.global_scores import GlobalMeasurement
from neural.boards.publisher import Publisher
from neural.boards.store import BoardStore
from neural.boards.table import BoardTable
from neural.budget import controller
from neural.budget.controller import BudgetController
from neural.budget.weights import BudgetWeights
from neural.domain.model import BoardKey
from neural.drift import detector as drift_detector
from neural.drift.detector import DriftDetector
from neural.evaluation.evaluate import PolicyEvaluator
from neural.learning.learner import Learner
from neural.nightly import run as nightly_run
from neural.nightly.run import NightlyRuns
from neural.privacy.erasure import UserErasure
from neural.queries.reliability import Reliability
from neural.queries.scores import Scores
from neural.queries.tenant_settings import TenantSettings
from neural.rebuild.rebuild import Rebuild
from neural.recommendation.client_decisions import ClientDecisions
from neural.recommendation.decision_log import DecisionLog
from neural.recommendation.experiment_overrides import RunningExperiments
from neural.recommendation.fitted_priors import FittedPriors
from neural.recommendation.model_aliases import ModelAliases
from neural.recommendation.recommender import PriorsOf, Recommender
from neural.recommendation.watch import WatchHub
from neural.reliability.error_rates import ErrorRates
from neural.settings import NeuralSettings
from neural.store.versions import ensure_live_version
from neural.trust import rounds
from neural.trust.pins import TrustPins
from neural.trust.rounds import TrustRounds
from neural.worker import maintenance
from radiant.neural.v1 import (
    learning_service_pb2,
    learning_service_pb2_grpc,
    recommend_service_pb2,
    recommend_service_pb2_grpc,
)

LISTENER_TIMEOUT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Objects that the servicers and the background tasks share."""

    settings: NeuralSettings
    database: Database
    cache: BoardCache
    table: BoardTable
    boards: BoardStore
    log: DecisionLog
    experiments: RunningExperiments
    aliases: ModelAliases
    budgets: BudgetWeights
    error_rates: ErrorRates
    fitted_priors: FittedPriors
    priors_of: PriorsOf
    recommender: Recommender
    hub: WatchHub
    detector: DriftDetector
    publisher: Publisher
    learner: Learner
    trust_rounds: TrustRounds
    nightly: NightlyRuns

    def note_boards(self, keys: Sequence[BoardKey] | None) -> None:
        """Invalidates changed boards and notifies watch streams. None stands for all boards."""
        if keys is None:
            self.table.clear()
        else:
            self.table.invalidate(keys)
        self.hub.notify(keys)

    def note_connected(self) -> None:
        """Clears the cache after a connection to Redis, because messages may have been lost."""
        self.table.note_heartbeat()
        self.publisher.clear_cache()


def _parts(settings: NeuralSettings, database: Database, cache: BoardCache) -> _Parts:
    learning, recommend = settings.learning, settings.recommend
    log = DecisionLog(database, recommend.log_queue_max)
    boards = BoardStore(database, learning.carry_over)
    table = BoardTable(cache, boards, recommend.table_boards_max)
    experiments = RunningExperiments(database)
    aliases = ModelAliases(database)
    budgets = BudgetWeights(database, lambda tenant: hub.refresh_tenant(tenant))
    error_rates = ErrorRates(
        database, recommend.error_rate_max, recommend.error_window, lambda tenant: hub.refresh_tenant(tenant)
    )
    fitted_priors = FittedPriors(database, recommend.priors)
    priors_of: PriorsOf = fitted_priors.of if recommend.has_fitted_priors else lambda _: recommend.priors
    recommender = Recommender(
        table,
        log,
        recommend,
        override_of=experiments.override,
        budget_of=budgets.get,
        unreliable_of=error_rates.get,
        priors_of=priors_of,
        names_of=aliases.of,
    )
    hub = WatchHub(database, recommender)
    detector = DriftDetector(database, lambda: learner.wake())
    publisher = Publisher(database, cache, learning, detector.enqueue)
    learner = Learner(database, publisher.wake, learning.poll_interval.total_seconds())
    trust_rounds = TrustRounds(database, learner.wake)
    nightly = NightlyRuns(database, learning, Rebuild(database, learning, publisher.clear_cache), trust_rounds)
    return _Parts(
        settings=settings,
        database=database,
        cache=cache,
        table=table,
        boards=boards,
        log=log,
        experiments=experiments,
        aliases=aliases,
        budgets=budgets,
        error_rates=error_rates,
        fitted_priors=fitted_priors,
        priors_of=priors_of,
        recommender=recommender,
        hub=hub,
        detector=detector,
        publisher=publisher,
        learner=learner,
        trust_rounds=trust_rounds,
        nightly=nightly,
    )


@contextlib.asynccontextmanager
async def open_server(settings: NeuralSettings) -> AsyncIterator[RpcServer]:
    """Yields the server of the service, not yet started, while its background tasks are running."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres, needs_sessions=True))
        await ensure_live_version(database, settings.learning.mode, settings.learning.half_life)
        client = await stack.enter_async_context(open_redis(settings.redis.address))
        cache = BoardCache(client, await read_user_digest(database))
        subscription = await stack.enter_async_context(open_redis(settings.redis.address, LISTENER_TIMEOUT))
        parts = _parts(settings, database, cache)
        stack.push_async_callback(parts.nightly.close)
        listener = ChangeListener(
            subscription,
            on_boards=parts.note_boards,
            on_work=parts.learner.wake,
            on_message=parts.table.note_heartbeat,
            on_connected=parts.note_connected,
            on_disconnected=parts.table.note_disconnected,
        )
        for name, run in {
            "listener": listener.run_forever,
            "publisher": parts.publisher.run_forever,
            "learner": parts.learner.run_forever,
            "decision-log": parts.log.run_forever,
        }.items():
            await stack.enter_async_context(background(name, run))
        owners = (parts.experiments, parts.aliases, parts.budgets, parts.error_rates, parts.fitted_priors)
        for owner in owners:
            await stack.enter_async_context(owner.snapshot)
        for job in _periodic_jobs(parts):
            await stack.enter_async_context(job)
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        yield _server(parts, authenticator)


def _periodic_jobs(parts: _Parts) -> list[AbstractAsyncContextManager[object]]:
    """Returns the jobs that run on an interval."""
    database, trust, night = parts.database, parts.trust_rounds, parts.nightly
    budgets = BudgetController(database, parts.settings.learning.budget_gain)
    erasure = UserErasure(database, parts.cache, trust, parts.publisher.wake, trust_score_pattern)
    maintain = functools.partial(maintenance.maintain, database)
    measurement = GlobalMeasurement(database, parts.settings.learning, parts.publisher.wake)
    night_poll = nightly_run.POLL_INTERVAL
    return [
        periodically("budget-controller", budgets.update_all, controller.INTERVAL),
        periodically("drift-detector", parts.detector.check_all, drift_detector.INTERVAL),
        periodically(
            "trust-rounds",
            trust.recompute_changed,
            rounds.INTERVAL,
            first_after=rounds.INTERVAL,
            retry_after=rounds.INTERVAL,
        ),
        periodically("nightly-runs", night.run_scheduled, night_poll, first_after=night_poll),
        periodically("global-scores", measurement.step, global_scores.INTERVAL),
        periodically("erasures", erasure.step, POLL_INTERVAL),
        periodically("maintenance", maintain, maintenance.INTERVAL),
    ]


def _server(parts: _Parts, authenticator: Authenticator) -> RpcServer:
    settings, database = parts.settings, parts.database
    server = build_server(settings.rpc, authenticator)
    scores = Scores(database, settings.learning.carry_over)
    reliability = Reliability(database, settings.recommend.error_window)
    server.add(
        recommend_service_pb2_grpc.add_RecommendServiceServicer_to_server,
        recommend_servicer.RecommendServicer(
            parts.recommender,
            parts.hub,
            scores,
            ClientDecisions(database, settings.learning.decision_retention),
            reliability,
            settings.recommend,
        ),
        recommend_service_pb2.DESCRIPTOR.services_by_name["RecommendService"],
    )
    server.add(
        learning_service_pb2_grpc.add_LearningServiceServicer_to_server,
        learning_servicer.LearningServicer(
            database,
            parts.cache,
            parts.learner,
            parts.nightly,
            TenantSettings(database, parts.publisher.wake),
            PolicyEvaluator(database, parts.boards, settings.recommend, parts.priors_of),
            TrustPins(database, parts.learner.wake),
        ),
        learning_service_pb2.DESCRIPTOR.services_by_name["LearningService"],
    )
    return server
