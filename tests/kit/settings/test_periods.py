"""Settings of periods in days."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import pytest

from kit.settings.declaration import Setting, SettingsError
from tests.kit.fixtures.settings import read_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """A period in days."""

    age: Annotated[timedelta, Setting("AGE_DAYS", 0, 36_500, "days")] = timedelta(days=365)
    """Age."""


@pytest.mark.parametrize("raw", ["0.001", "1.5", "-1", "36501"])
def test_fraction_of_days_is_refused(raw: str) -> None:
    with pytest.raises(SettingsError, match="RADIANT_AGE_DAYS must be a whole number of days"):
        read_group(Retention, {"AGE_DAYS": raw})


def test_period_of_whole_days_is_accepted() -> None:
    assert read_group(Retention, {"AGE_DAYS": "2"}).age == timedelta(days=2)
