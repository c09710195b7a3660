"""A server that returns one constant answer. It measures the cost of the server stack alone."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.message import Message

from kit.auth.tokens import SharedKeyTokens
from kit.lifecycle import serve_until_stopped
from kit.rpc.answers import stored
from kit.rpc.server import RpcServerSettings, build_server
from kit.settings.service import ServiceSettings
from radiant.experiments.v1 import experiment_service_pb2
from radiant.neural.v1 import recommend_service_pb2

SERVICES = {
    **recommend_service_pb2.DESCRIPTOR.services_by_name,
    **experiment_service_pb2.DESCRIPTOR.services_by_name,
}


class ConstantServerSettings(ServiceSettings):
    """Settings of the benchmark's server."""

    rpc: RpcServerSettings


async def main() -> None:
    """Serves the method BENCH_METHOD with the answer BENCH_ANSWER (hexadecimal). Requests are parsed and validated."""
    settings = ConstantServerSettings.from_env(os.environ).rpc
    answer = bytes.fromhex(os.environ["BENCH_ANSWER"])
    service_name, method_name = os.environ["BENCH_METHOD"].strip("/").split("/")
    service = SERVICES[service_name.rpartition(".")[2]]
    method = service.methods_by_name[method_name]

    async def constant(request: Any, context: Any) -> Message:
        return stored(answer, Message)

    def register(servicer: object, registrar: Any) -> None:
        kind = message_factory.GetMessageClass(method.input_type)
        handler = grpc.unary_unary_rpc_method_handler(constant, kind.FromString, Message.SerializeToString)
        registrar.add_registered_method_handlers(service.full_name, {method_name: handler})

    key = SharedKeyTokens(os.environ["RADIANT_TOKEN_KEY"])
    server = build_server(settings, key)
    server.add(register, None, service)
    await server.start()
    await serve_until_stopped(server, settings.grace)


if __name__ == "__main__":
    asyncio.run(main())
