"""What is read of a tenant's outputs, in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.domain.survey_policy import AskLimits
from ingest.queries.outputs import Browsing
from ingest.queries.tenant_stats import Totals
from ingest.surveys.prompts import Questions
from kit.postgres.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The rooms behind the calls that look at outputs."""

    browsing: Browsing
    totals: Totals
    questions: Questions

    @classmethod
    def of(cls, database: Database, asking: AskLimits) -> Reads:
        """Opens all of them on one database."""
        return cls(browsing=Browsing(database), totals=Totals(database), questions=Questions(database, asking))
