"""The only file that knows every concrete class of the service."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from ingest.api.audit_servicer import AuditServicer
from ingest.api.ingest_servicer import SELF_VALIDATING, IngestServicer
from ingest.audit.log import Audit
from ingest.domain.ports import WakeUp
from ingest.notify.learner import NoWakeUp, RedisWakeUp
from ingest.notify.voice_jobs import Jobs, NoJobs, RedisJobs
from ingest.privacy.erasure import Privacy
from ingest.privacy.export import Exports
from ingest.privacy.recording_erasure import ErasedRecordings
from ingest.privacy.retention import Retention
from ingest.queries.feedback_stats import Reading
from ingest.queries.reads import Reads
from ingest.settings import IngestSettings
from ingest.voice.intake import VoiceIntake
from ingest.voice.upload import Uploads
from ingest.worker.maintenance import upkeep_forever
from ingest.writes.group_commit import GroupCommit
from ingest.writes.languages import FastLanguages
from ingest.writes.rate_limit import NoPace, Pace, UserPace
from ingest.writes.store import PostgresStore
from kit.lifecycle import background
from kit.objects import open_store
from kit.personal_data import open_redactor
from kit.postgres.pool import open_database
from kit.redis.client import open_redis
from kit.rpc.auth_settings import open_authenticator
from kit.rpc.server import RpcServer, build_server
from radiant.ingest.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
)


@contextlib.asynccontextmanager
async def wired(settings: IngestSettings) -> AsyncIterator[RpcServer]:
    """Gives the service's server, built and not yet started, with everything behind it running."""
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.postgres))
        wake_up: WakeUp = NoWakeUp()
        jobs: Jobs = NoJobs()
        client = None
        if settings.redis_url:
            client = await stack.enter_async_context(open_redis(settings.redis_url))
            wake_up = publisher = RedisWakeUp(client)
            await stack.enter_async_context(background("wake-ups", publisher.publish_forever))
            jobs = announcer = RedisJobs(client)
            await stack.enter_async_context(background("voice-jobs", announcer.publish_forever))
        await stack.enter_async_context(background("upkeep", functools.partial(upkeep_forever, database)))
        redactor = await stack.enter_async_context(open_redactor(settings.redact_pii))
        retention = Retention(database, settings.retention, wake_up)
        await stack.enter_async_context(background("retention", retention.expire_forever))
        store = PostgresStore(database)
        intake = GroupCommit(store, wake_up, settings.limits)
        await stack.enter_async_context(intake.running())
        pace: Pace = NoPace()
        if settings.limits.explicit_per_user_hour:
            pace = UserPace(database, client, settings.limits.explicit_per_user_hour)
        voice = objects = None
        if settings.audio_url:
            objects = open_store(settings.audio_url)
            voice = VoiceIntake(Uploads(settings.uploads), objects, store, intake, pace, jobs)
            await stack.enter_async_context(background("voice-leftovers", voice.tidy_forever))
        authenticator = await stack.enter_async_context(open_authenticator(settings.auth))
        reads = Reads.of(database, settings.asking)
        recordings = ErasedRecordings(database, objects, client)
        await stack.enter_async_context(background("erasures", recordings.erase_forever))
        privacy, exports = Privacy(database, wake_up), Exports(database)
        server = build_server(settings.rpc, authenticator, self_validating=SELF_VALIDATING)
        servicer = IngestServicer(
            intake, Reading(database), FastLanguages(), settings.limits, pace, reads, privacy, exports, redactor, voice
        )
        descriptor = ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"]
        server.add(ingest_service_pb2_grpc.add_IngestServiceServicer_to_server, servicer, descriptor)
        auditing = AuditServicer(Audit(database))
        descriptor = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"]
        server.add(audit_service_pb2_grpc.add_AuditServiceServicer_to_server, auditing, descriptor)
        yield server
