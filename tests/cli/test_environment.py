"""What the services are told of the place of recordings."""

from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder
from cli.environment import Ports, audio_url, service_environ
from cli.services import SERVICES, Service
from cli.settings import SuiteSettings


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@pytest.mark.parametrize("place", ["", "s3://bucket/prefix"])
def test_recordings_are_kept_beside_the_data_or_where_it_is_said(tmp_path: Path, service: Service, place: str) -> None:
    base = {"RADIANT_DATA": str(tmp_path)} | ({"RADIANT_AUDIO_URL": place} if place else {})
    settings = SuiteSettings.from_env(base)
    environ = service_environ(
        base,
        service,
        Ports(rpc=1, metrics=2),
        host="127.0.0.1",
        owner_url="postgresql://owner:secret@h/d",
        redis_url="redis://r",
        password="p",
        key="k",
        audio=audio_url(settings, DataFolder(settings.data)),
    )
    assert environ["RADIANT_AUDIO_URL"] == (place or str(tmp_path.resolve() / "audio"))
