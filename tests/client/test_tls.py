"""The client speaks TLS, and may be known by its certificate alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from radiant.ingest.v1 import ingest_service_pb2 as pb
from radiant.ingest.v1.ingest_service_pb2_grpc import IngestServiceStub
from radiant_client import Tls, open_channel
from tests.kit.test_tls import Site, served


def known(site: Site, name: str) -> Tls:
    """Returns what a caller with a certificate of the site's authority brings."""
    pair = site.authority.issue(site.folder, "brain", name)
    return Tls(
        root_certificates=site.authority.cert.encode(), certificate=pair.cert.read_bytes(), key=pair.key.read_bytes()
    )


async def test_a_certificate_is_enough(tmp_path: Path) -> None:
    site = Site(tmp_path)
    async with served(site.settings()) as port:
        connection = open_channel(f"localhost:{port}", tls=known(site, "spiffe://acme.example/brain"))
        request = pb.GetFeedbackStatsRequest(output_id="o")
        answer = await IngestServiceStub(connection.channel).GetFeedbackStats(request, metadata=connection.metadata())
        assert isinstance(answer, pb.GetFeedbackStatsResponse)
        await connection.close()


def test_a_certificate_without_its_key_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="go together"):
        open_channel("localhost:1", tls=Tls(certificate=b"x"))
