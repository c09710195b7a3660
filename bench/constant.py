"""A server whose GetRecommendation returns one constant answer: what the stack costs without any thinking."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Any

from kit.lifecycle import serve_until_stopped
from kit.rpc.auth import SharedKeyTokens
from kit.rpc.server import RpcServerSettings, build_server
from kit.settings import Reader
from neural.recommend_servicer import ACCESS
from radiant.neural.v1 import recommend_service_pb2 as pb
from radiant.neural.v1 import recommend_service_pb2_grpc


class Constant(recommend_service_pb2_grpc.RecommendServiceServicer):
    """Answers without reading the question."""

    def __init__(self, answer: pb.GetRecommendationResponse) -> None:
        self._answer = answer

    async def GetRecommendation(  # noqa: N802 - the RPC's name
        self, request: pb.GetRecommendationRequest, context: Any
    ) -> pb.GetRecommendationResponse:
        """Returns the constant."""
        return self._answer

    BatchGetRecommendations = WatchRecommendations = RankModels = GetRecommendation  # type: ignore[assignment]
    ListModelScores = ExplainRecommendation = GetRecommendation  # type: ignore[assignment]


async def main() -> None:
    """Serves the answer given in BENCH_ANSWER (base64)."""
    settings = RpcServerSettings.read(Reader(os.environ, "RADIANT_"), 0)
    answer = pb.GetRecommendationResponse.FromString(base64.b64decode(os.environ["BENCH_ANSWER"]))
    server = build_server(settings, SharedKeyTokens(os.environ["RADIANT_TOKEN_KEY"]), ACCESS)
    descriptor = pb.DESCRIPTOR.services_by_name["RecommendService"]
    server.add(recommend_service_pb2_grpc.add_RecommendServiceServicer_to_server, Constant(answer), descriptor)
    await server.start()
    await serve_until_stopped(server, settings.grace)


if __name__ == "__main__":
    asyncio.run(main())
