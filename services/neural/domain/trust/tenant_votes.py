"""Votes of all raters of a tenant, divided into the population and the raters outside of it.

The population consists of at most POPULATION_RATERS_MAX raters, who are admitted from candidates in the order of their
first feedback. Each cohort of candidates is as large as all earlier ones together. A candidate is admitted if the
log-likelihood ratio of the votes (`neural.domain.trust.vote_likelihood`) against the raters admitted before is at least
log(1/8), and if the candidate is not a member of a group of the cohort that deviates from them. The first cohort is
compared with itself. Raters who arrive later therefore do not change the trust of earlier raters, however many they
are, and the result depends on nothing but the votes and their times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from neural.domain.trust.population import (
    Population,
    Rater,
    compare,
    population_of,
    votes_outside,
)
from neural.domain.trust.rater_groups import DeviatingGroup, find_group
from neural.domain.trust.rater_trust import TrustScore, compute_trust
from neural.domain.trust.vote_likelihood import log_ratio

POPULATION_RATERS_MIN, POPULATION_RATERS_MAX = 5, 500
"""Limits of the number of admitted raters. With fewer, all raters are the population."""
FIRST_COHORT_RATERS = 10
_ADMITTED_RATIO_MIN = math.log(1 / 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantVotes:
    """Votes of all raters of a tenant, as the basis of the trust of each rater."""

    population: Population
    members: Set[str] | None = None
    """Users in the population; None if all raters are in it."""
    group: DeviatingGroup | None = None
    """Raters outside of the population whose joint votes deviate from it."""

    def trust(self, user: str, rater: Rater, now: datetime) -> TrustScore:
        """Returns the trust score of a rater of the tenant."""
        judged = replace(rater, is_in_population=self.members is None or user in self.members)
        reason = self.group.reason if self.group is not None and self.group.has_member(judged) else ""
        return compute_trust(judged, self.population, now, reason)


def divide_votes(everyone: Population, candidates: Mapping[str, Rater]) -> TenantVotes | None:
    """Returns the votes of a tenant, or None if fewer than POPULATION_RATERS_MIN candidates are admitted.

    `everyone` holds the votes of all raters. Candidates are given by user, in the order of their first feedback.
    """
    users, raters = list(candidates), list(candidates.values())
    admitted = _admitted_raters(raters)
    if len(admitted) < POPULATION_RATERS_MIN:
        return None
    known = population_of([raters[index] for index in admitted])
    population = replace(known, raters=everyone.raters, votes=everyone.votes)
    group = find_group(population, votes_outside(everyone, known))
    return TenantVotes(population=population, members={users[index] for index in admitted}, group=group)


def _admitted_raters(candidates: Sequence[Rater]) -> list[int]:
    """Returns the indexes of the admitted candidates. Candidates are in the order of their first feedback."""
    admitted: list[int] = []
    start, size = 0, FIRST_COHORT_RATERS
    while start < len(candidates) and len(admitted) < POPULATION_RATERS_MAX:
        cohort = range(start, min(start + size, len(candidates)))
        is_first = len(admitted) < POPULATION_RATERS_MIN
        population = population_of([candidates[index] for index in (*admitted, *(cohort if is_first else ()))])
        group = (
            None if is_first else find_group(population, population_of(candidates[start : start + size]).votes_by_cell)
        )
        for index in cohort:
            rater = replace(candidates[index], is_in_population=is_first)
            is_member = group is not None and group.has_member(rater)
            if not is_member and log_ratio(compare(rater, population)) >= _ADMITTED_RATIO_MIN:
                admitted.append(index)
        start += size
        size = start
    return admitted[:POPULATION_RATERS_MAX]
