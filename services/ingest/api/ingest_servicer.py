"""IngestService: converts requests, calls the features of ingest and converts their results."""

from __future__ import annotations

from ingest.aliases.model_aliases import ModelAliases
from ingest.aliases.unmatched import UnmatchedLimit
from ingest.api.privacy_servicer import PrivacyServicer
from ingest.api.query_servicer import QueryServicer
from ingest.api.write_servicer import WriteServicer
from ingest.domain.ports import UserRateLimit
from ingest.domain.survey_policy import PromptLimits
from ingest.evaluators.registry import EvaluatorRegistry
from ingest.evaluators.scores import EvaluationScores
from ingest.privacy.erasure import Erasures
from ingest.privacy.export import UserExports
from ingest.settings import WriteLimits
from ingest.traces.store import Traces
from ingest.voice.intake import VoiceIntake
from ingest.writes.group_commit import GroupCommit
from kit.personal_data import Redactor
from kit.postgres.pool import Database
from radiant.ingest.v1 import ingest_service_pb2_grpc

SELF_VALIDATING = frozenset({"StreamSignals"})
"""Methods that validate their messages themselves: an invalid batch must not end its stream."""


class IngestServicer(WriteServicer, QueryServicer, PrivacyServicer, ingest_service_pb2_grpc.IngestServiceServicer):
    """All methods of IngestService."""

    def __init__(
        self,
        *,
        database: Database,
        group_commit: GroupCommit,
        rate_limit: UserRateLimit,
        evaluator_limit: UserRateLimit,
        evaluators: EvaluatorRegistry,
        model_aliases: ModelAliases,
        unmatched_limit: UnmatchedLimit,
        redactor: Redactor,
        erasures: Erasures,
        exports: UserExports,
        write_limits: WriteLimits,
        prompt_limits: PromptLimits,
        voice: VoiceIntake | None,
        traces: Traces,
        scores: EvaluationScores,
    ) -> None:
        """Without `voice` the service refuses voice feedback."""
        WriteServicer.__init__(
            self,
            group_commit,
            rate_limit,
            evaluator_limit,
            evaluators,
            model_aliases,
            unmatched_limit,
            redactor,
            write_limits,
            voice,
            traces,
            scores,
        )
        QueryServicer.__init__(self, database, prompt_limits, is_voice_enabled=voice is not None)
        PrivacyServicer.__init__(self, erasures, exports)
