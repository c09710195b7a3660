"""Composition root: builds every object of the service and connects them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import redis.asyncio

from ingest.aliases.model_aliases import ModelAliases
from ingest.aliases.unmatched import INTERVAL as UNMATCHED_INTERVAL
from ingest.aliases.unmatched import UnmatchedFeedback, UnmatchedLimit, match_and_measure
from ingest.api.alias_servicer import AliasServicer
from ingest.api.audit_servicer import AuditServicer
from ingest.api.convert.manifests import completed_write
from ingest.api.convert.write_responses import encode_response
from ingest.api.evaluator_servicer import EvaluatorServicer
from ingest.api.ingest_servicer import SELF_VALIDATING, IngestServicer
from ingest.audit.anchor import AuditAnchor
from ingest.audit.checkpoints import CheckpointKeys, CheckpointStore
from ingest.audit.verification import AuditVerifier
from ingest.domain.ports import LearnerNotifier, UserRateLimit, VoiceJobNotifier
from ingest.evaluators.registry import EvaluatorRegistry
from ingest.evaluators.scores import EvaluationScores
from ingest.notify.learner import NoLearnerNotifier, RedisLearnerNotifier
from ingest.notify.voice_jobs import NoVoiceJobNotifier, RedisVoiceJobNotifier
from ingest.privacy.erasure import Erasures
from ingest.privacy.export import UserExports
from ingest.privacy.recording_erasure import RecordingErasure
from ingest.privacy.retention import INTERVAL as RETENTION_INTERVAL
from ingest.privacy.retention import Retention
from ingest.settings import IngestSettings
from ingest.traces.store import Traces
from ingest.voice.intake import VoiceIntake
from ingest.voice.upload import UploadReceiver
from ingest.worker.maintenance import INTERVAL as MAINTENANCE_INTERVAL
from ingest.worker.maintenance import maintain
from ingest.writes.group_commit import GroupCommit
from ingest.writes.languages import detect_language
from ingest.writes.rate_limit import EVALUATOR_LIMIT, USER_LIMIT, HourlyUserRateLimit, NoUserRateLimit
from ingest.writes.store import PostgresWriteStore
from kit.auth.settings import open_authenticator
from kit.lifecycle import background
from kit.objects import open_store
from kit.personal_data import open_redactor
from kit.poll import periodically
from kit.postgres.erasures import POLL_INTERVAL
from kit.postgres.pool import Database, open_database
from kit.redis.client import open_redis
from kit.redis.user_digest import UserDigest, read_user_digest
from kit.rpc.server import RpcServer, build_server
from radiant.ingest.v1 import (
    alias_service_pb2,
    alias_service_pb2_grpc,
    audit_service_pb2,
    audit_service_pb2_grpc,
    evaluator_service_pb2,
    evaluator_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
)

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def open_server(settings: IngestSettings) -> AsyncIterator[RpcServer]:
    """Yields the server of the service, not yet started, while its background tasks are running."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres))
        client = await stack.enter_async_context(open_redis(settings.redis.address)) if settings.redis.url else None
        digest = await read_user_digest(database)
        learner, jobs = await _notifiers(stack, client)
        redactor = await stack.enter_async_context(open_redactor(settings.redact_pii))
        await asyncio.to_thread(detect_language, "text")  # loads the model before the first request
        store = PostgresWriteStore(database, encode_response)
        group_commit = GroupCommit(store, learner, settings.limits)
        await stack.enter_async_context(group_commit.running())
        rate_limit = _hourly_limit(database, client, digest, settings.limits.explicit_per_user_hour_max, USER_LIMIT)
        evaluator_limit = _hourly_limit(database, client, digest, settings.limits.evaluator_hour_max, EVALUATOR_LIMIT)
        evaluators = EvaluatorRegistry(database)
        model_aliases = ModelAliases(database)
        objects = voice = None
        if settings.audio_url:
            objects = open_store(settings.audio_url)
            receiver = UploadReceiver(settings.uploads)
            voice = VoiceIntake(receiver, objects, store, group_commit, rate_limit, jobs)
            await stack.enter_async_context(voice.orphan_deletion())
        traces = Traces(database, group_commit, model_aliases, settings.traces, completed_write)
        for task in (
            periodically("unmatched", functools.partial(match_and_measure, database), UNMATCHED_INTERVAL),
            periodically("traces", traces.release, settings.traces.interval),
            periodically("upkeep", functools.partial(maintain, database), MAINTENANCE_INTERVAL),
            periodically(
                "retention",
                Retention(database, settings.retention, learner).run_once,
                RETENTION_INTERVAL,
                first_after=RETENTION_INTERVAL,
            ),
            periodically("erasures", RecordingErasure(database, objects, client, digest).run_once, POLL_INTERVAL),
        ):
            await stack.enter_async_context(task)
        servicer = IngestServicer(
            database=database,
            group_commit=group_commit,
            rate_limit=rate_limit,
            evaluator_limit=evaluator_limit,
            evaluators=evaluators,
            model_aliases=model_aliases,
            unmatched_limit=UnmatchedLimit(database, settings.limits.unmatched_outputs_max),
            redactor=redactor,
            erasures=Erasures(database, learner),
            exports=UserExports(database),
            write_limits=settings.limits,
            prompt_limits=settings.prompts,
            voice=voice,
            traces=traces,
            scores=EvaluationScores(database, settings.limits.evaluation_scores_max),
        )
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        server = build_server(settings.rpc, authenticator, self_validating=SELF_VALIDATING)
        audit = AuditServicer(database, await _audit_verifier(stack, settings, database))
        aliases = AliasServicer(model_aliases, UnmatchedFeedback(database), settings.retention.unmatched)
        _add_services(server, servicer, audit, EvaluatorServicer(evaluators), aliases)
        yield server


def _hourly_limit(
    database: Database, client: redis.asyncio.Redis | None, digest: UserDigest, submissions_max: int, refusal: str
) -> UserRateLimit:
    if not submissions_max:
        return NoUserRateLimit()
    return HourlyUserRateLimit(database, client, digest, submissions_max, refusal)


async def _audit_verifier(stack: AsyncExitStack, settings: IngestSettings, database: Database) -> AuditVerifier:
    """Returns the verifier of the audit log, and starts the task that writes checkpoints if they are configured."""
    if not settings.checkpoints_url:
        log.warning("the audit log is not anchored: RADIANT_AUDIT_KEY or an object store is not set")
        return AuditVerifier(database, None, None)
    keys = CheckpointKeys(settings.audit.key, settings.audit.public_keys)
    store = CheckpointStore(open_store(settings.checkpoints_url), keys)
    anchor = AuditAnchor(database, store, settings.audit.interval)
    await stack.enter_async_context(anchor.running())
    return AuditVerifier(database, store, anchor)


async def _notifiers(
    stack: AsyncExitStack, client: redis.asyncio.Redis | None
) -> tuple[LearnerNotifier, VoiceJobNotifier]:
    if client is None:
        return NoLearnerNotifier(), NoVoiceJobNotifier()
    learner, jobs = RedisLearnerNotifier(client), RedisVoiceJobNotifier(client)
    await stack.enter_async_context(background("wake-ups", learner.publish_forever))
    await stack.enter_async_context(background("voice-jobs", jobs.publish_forever))
    return learner, jobs


def _add_services(
    server: RpcServer,
    servicer: IngestServicer,
    audit: AuditServicer,
    evaluators: EvaluatorServicer,
    aliases: AliasServicer,
) -> None:
    descriptor = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
    server.add(ingest_service_pb2_grpc.add_IngestServiceServicer_to_server, servicer, descriptor)
    descriptor = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
    server.add(audit_service_pb2_grpc.add_AuditServiceServicer_to_server, audit, descriptor)
    descriptor = evaluator_service_pb2.DESCRIPTOR.services_by_name["EvaluatorService"]
    server.add(evaluator_service_pb2_grpc.add_EvaluatorServiceServicer_to_server, evaluators, descriptor)
    descriptor = alias_service_pb2.DESCRIPTOR.services_by_name["AliasService"]
    server.add(alias_service_pb2_grpc.add_AliasServiceServicer_to_server, aliases, descriptor)
