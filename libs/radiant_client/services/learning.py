"""Client of LearningService: state of the learning, and the actions of admins and operators."""

from collections.abc import AsyncIterator
from datetime import datetime

from radiant.neural.v1 import learning_service_pb2, learning_service_pb2_grpc, scoring_pb2
from radiant_client.messages.fields import enum_value, new_id, timestamp
from radiant_client.transport.calls import Caller
from radiant_client.transport.channel import Connection
from splits.user_keys import user_key

SERVICE = "radiant.neural.v1.LearningService"


class Learning:
    """Learning service for the tenant of the token. Timeouts are in seconds.

    Every call can raise RadiantClientError.
    """

    def __init__(self, connection: Connection) -> None:
        self._caller = Caller(connection, SERVICE)
        self._stub = learning_service_pb2_grpc.LearningServiceStub(connection.channel)

    async def status(self, *, timeout: float | None = None) -> learning_service_pb2.GetLearningStatusResponse:
        """Returns the progress of the learning."""
        request = learning_service_pb2.GetLearningStatusRequest()
        return await self._caller.call(self._stub.GetLearningStatus, request, timeout=timeout)

    async def run_batch(
        self, *, request_id: str = "", timeout: float | None = None
    ) -> learning_service_pb2.RunBatchLearningResponse:
        """Runs the nightly work now: rebuilds all scores and activates them. Requires the role operator.

        The default timeout is one hour.
        """
        request = learning_service_pb2.RunBatchLearningRequest(request_id=request_id or new_id())
        return await self._caller.call(self._stub.RunBatchLearning, request, name="RunBatchLearning", timeout=timeout)

    async def learn_output(
        self, output_id: str, *, timeout: float | None = None
    ) -> learning_service_pb2.LearnOutputResponse:
        """Learns the feedback on one output immediately and returns its contribution."""
        request = learning_service_pb2.LearnOutputRequest(output_id=output_id)
        return await self._caller.call(self._stub.LearnOutput, request, timeout=timeout)

    async def trust_scores(
        self, *, outliers_only: bool = False, page_size: int = 200, timeout: float | None = None
    ) -> AsyncIterator[learning_service_pb2.TrustScore]:
        """Yields the trust scores of raters from all pages, lowest trust first. The timeout applies to each page."""
        request = learning_service_pb2.ListTrustScoresRequest(outliers_only=outliers_only, page_size=page_size)
        while True:
            page = await self._caller.call(self._stub.ListTrustScores, request, timeout=timeout)
            for score in page.scores:
                yield score
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def pin_trust(
        self, user_id: str, trust: float, reason: str, *, request_id: str = "", timeout: float | None = None
    ) -> learning_service_pb2.TrustScore:
        """Pins the trust of a rater to a value in [0.1, 1], for all past and future feedback of the rater."""
        request = learning_service_pb2.PinTrustScoreRequest(
            request_id=request_id or new_id(), user_id=user_key(user_id), trust=trust, reason=reason
        )
        response = await self._caller.call(self._stub.PinTrustScore, request, timeout=timeout)
        return response.score

    async def clear_trust(
        self, user_id: str, *, request_id: str = "", timeout: float | None = None
    ) -> learning_service_pb2.TrustScore:
        """Removes the pin of a trust score, so that it is computed again. Raises NotFound if the rater has none."""
        request = learning_service_pb2.ClearTrustScoreRequest(
            request_id=request_id or new_id(), user_id=user_key(user_id)
        )
        response = await self._caller.call(self._stub.ClearTrustScore, request, timeout=timeout)
        return response.score

    async def evaluate_policy(
        self,
        strategy: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        timeout: float | None = None,
    ) -> learning_service_pb2.EvaluatePolicyResponse:
        """Returns an off-policy estimate of the mean score of a strategy, such as greedy, by default over 30 days."""
        request = learning_service_pb2.EvaluatePolicyRequest(
            strategy=enum_value(scoring_pb2.Strategy, strategy),
            start_time=timestamp(start_time) if start_time else None,
            end_time=timestamp(end_time) if end_time else None,
        )
        return await self._caller.call(self._stub.EvaluatePolicy, request, timeout=timeout)

    async def settings(self, *, timeout: float | None = None) -> learning_service_pb2.TenantSettings:
        """Returns the learning settings of the tenant."""
        request = learning_service_pb2.GetTenantSettingsRequest()
        response = await self._caller.call(self._stub.GetTenantSettings, request, timeout=timeout)
        return response.settings

    async def update_settings(
        self,
        *,
        global_learning: bool,
        daily_budget_usd: float = 0.0,
        request_id: str = "",
        timeout: float | None = None,
    ) -> learning_service_pb2.TenantSettings:
        """Replaces the learning settings of the tenant and returns them.

        With `global_learning`, the feedback of the tenant contributes to the global scope. A daily budget of 0 means
        no budget.
        """
        request = learning_service_pb2.UpdateTenantSettingsRequest(
            request_id=request_id or new_id(),
            settings=learning_service_pb2.TenantSettings(
                global_learning=global_learning, daily_budget_usd=daily_budget_usd
            ),
        )
        response = await self._caller.call(self._stub.UpdateTenantSettings, request, timeout=timeout)
        return response.settings
