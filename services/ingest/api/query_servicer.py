"""Methods of IngestService that read outputs, feedback and statistics."""

from __future__ import annotations

import time
from typing import Any

from ingest.aliases.output_aliases import known_output
from ingest.api.convert.feedback_stats import conversation_response, output_stats_response
from ingest.api.convert.outputs import list_response, output_filter, output_response, page_scope
from ingest.api.convert.tenant_stats import tenant_stats_response, time_range
from ingest.api.convert.times import datetime_from_us
from ingest.api.convert.widget import widget_response
from ingest.domain.survey_policy import PromptLimits
from ingest.queries.feedback_stats import TIME_MAX_US, TIME_MIN_US, load_conversation_stats, load_output_stats
from ingest.queries.outputs import list_outputs, load_output
from ingest.queries.tenant_stats import load_tenant_stats
from ingest.surveys.prompts import load_widget_state
from kit.auth.tokens import tenant_of
from kit.postgres.pool import Database
from kit.rpc.keyset import TEXT, Keyset, integers, microseconds_of
from radiant.ingest.v1 import ingest_service_pb2 as pb

Context = Any
PAGE_SIZE_MAX = 200
CONVERSATION_OUTPUTS = Keyset((integers(TIME_MIN_US, TIME_MAX_US), TEXT), (TIME_MIN_US, ""), PAGE_SIZE_MAX)
"""Creation time in microseconds and output_id, in ascending order."""
OUTPUTS = Keyset((integers(0, TIME_MAX_US), TEXT), (TIME_MAX_US, ""), PAGE_SIZE_MAX)
"""Creation time in microseconds and output_id, in descending order."""


class QueryServicer:
    """Converts read requests to queries and their results to responses."""

    def __init__(self, database: Database, prompt_limits: PromptLimits, *, is_voice_enabled: bool) -> None:
        self._database, self._prompt_limits, self._is_voice_enabled = database, prompt_limits, is_voice_enabled

    async def GetFeedbackStats(
        self, request: pb.GetFeedbackStatsRequest, context: Context
    ) -> pb.GetFeedbackStatsResponse:
        """Returns the feedback statistics of one output."""
        tenant = tenant_of(request.tenant_id)
        output_id = await known_output(self._database, tenant, request.output_id)
        stats = await load_output_stats(self._database, tenant, output_id)
        return output_stats_response(request.output_id, stats)

    async def GetConversationSummary(
        self, request: pb.GetConversationSummaryRequest, context: Context
    ) -> pb.GetConversationSummaryResponse:
        """Returns the feedback statistics of a conversation and a page of its outputs."""
        tenant = tenant_of(request.tenant_id)
        page_request = CONVERSATION_OUTPUTS.request(request, "conversation", tenant, request.conversation_id)
        stats = await load_conversation_stats(
            self._database, tenant, request.conversation_id, page_request.after, page_request.limit
        )
        page = page_request.page(stats.outputs, lambda output: (output.created_us, output.output_id))
        return conversation_response(stats, page)

    async def GetTenantFeedbackStats(
        self, request: pb.GetTenantFeedbackStatsRequest, context: Context
    ) -> pb.GetTenantFeedbackStatsResponse:
        """Returns the statistics of a tenant's outputs and their feedback."""
        tenant = tenant_of(request.tenant_id)
        start, end = time_range(request, time.time_ns() // 1000)
        return tenant_stats_response(await load_tenant_stats(self._database, tenant, start, end), start, end)

    async def ListOutputs(self, request: pb.ListOutputsRequest, context: Context) -> pb.ListOutputsResponse:
        """Returns a page of outputs, newest first."""
        tenant = tenant_of(request.tenant_id)
        conditions, end_us = output_filter(request)
        page_request = OUTPUTS.request(request, *page_scope(request, tenant), start=(end_us, ""))
        before_us, before_id = page_request.after
        before = (datetime_from_us(before_us), before_id)
        outputs = await list_outputs(self._database, tenant, conditions, before, page_request.limit)
        page = page_request.page(outputs.rows, lambda row: (microseconds_of(row["created_at"]), row["output_id"]))
        return list_response(page, outputs.counts)

    async def GetOutput(self, request: pb.GetOutputRequest, context: Context) -> pb.GetOutputResponse:
        """Returns one output with its feedback."""
        tenant = tenant_of(request.tenant_id)
        output_id = await known_output(self._database, tenant, request.output_id)
        return output_response(await load_output(self._database, tenant, output_id))

    async def GetWidgetConfig(self, request: pb.GetWidgetConfigRequest, context: Context) -> pb.GetWidgetConfigResponse:
        """Returns the configuration of the widget and whether to prompt the user."""
        tenant = tenant_of(request.tenant_id)
        state = await load_widget_state(self._database, self._prompt_limits, tenant, request.user_id, request.output_id)
        return widget_response(state, is_voice_enabled=self._is_voice_enabled)
