"""The client speaks TLS, and may be known by its certificate alone."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant_client import Tls, open_channel
from tests.kit.fixtures.scripted_servicer import Script, a_signal
from tests.kit.rpc.test_tls import Site, served


def known(site: Site, name: str) -> Tls:
    """Returns what a caller with a certificate of the site's authority brings."""
    pair = site.authority.issue(site.folder, "brain", name)
    return Tls(
        root_certificates=site.authority.cert.encode(), certificate=pair.cert.read_bytes(), key=pair.key.read_bytes()
    )


async def test_a_certificate_is_enough(tmp_path: Path) -> None:
    site, script = Site(tmp_path), Script()
    async with served(site.settings(), script) as port:
        connection = open_channel(f"localhost:{port}", tls=known(site, "spiffe://acme.example/brain"))
        request = pb.SubmitImplicitSignalRequest(request_id=str(uuid.uuid4()), signal=a_signal())
        await IngestServiceStub(connection.channel).SubmitImplicitSignal(request, metadata=connection.metadata())
        await connection.close()
    assert [each.tenant_id for each in script.principals] == ["acme"]


def test_a_certificate_without_its_key_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="go together"):
        open_channel("localhost:1", tls=Tls(certificate=b"x"))
