"""Trust of a rater, computed from the rater's votes on each model and task.

Trust is computed from five factors, each in [0, 1]:

    account_age = min(1, days since the first feedback / 7)
    volume      = min(1, limit / votes), limit = max(100, 10 % of the tenant's votes); 1 below 20 raters
    diversity   = min(1, entropy of the ratings in bits / 0.5)
    alignment   = min(1, exp(L / 3)), with L the log-likelihood ratio of two models of the rater's votes
    experience  = alignment * (1 - (1 - account_age) (1 - min(1, n / 20))), rounded down to a multiple of 1/4,
                  with the number n of comparable votes

    trust = 0.5 + 0.5 experience                                                                      if n < 20
    trust = alignment * volume * (1 - 0.2 (1 - account_age) - 0.2 (1 - diversity)), at least 0.1     if n >= 20

A new rater has the trust 0.5. It grows with votes that agree with the population and with the age of the account.
Experience is rounded, so that the units of a new rater are learned again at most four times.

A rater is established with an alignment of at least 0.5, and with 20 votes of which 8 are comparable or an account age
of 7 days, unless the rater is an outlier. Raters who are not established count jointly for a limited share of a cell
(`neural.excess_of` in SQL).

L compares two models of the rater's votes on the same tasks and models:

- Population: the share of up votes of the other raters, each of whom counts for one vote per cell (task, model). All
  log-odds are shifted by one number, so that strict and lenient raters are treated alike. The rate of the rater has a
  beta distribution around it with the strength of 20 votes (beta-binomial), which allows for individual preferences.
- Habit: rates that do not depend on other raters, with a beta distribution around the rater's overall share of up votes
  and the strength of one vote. The rates differ by cell, by model, or for a single model only; all have the same prior
  probability.

The population are the raters with the earliest feedback (`neural.domain.trust.tenant_votes`). Raters outside of the
population who agree with one another against it are outliers as a group (`neural.domain.trust.rater_groups`).

L increases with the votes of an honest rater, and decreases with the votes of a rater who promotes or demotes a model.
By Markov's inequality, L of an aligned rater is below -log(1000) with a probability of at most 0.001. A rater below
that limit with at least 8 comparable votes is an outlier, and has the trust 0.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from neural.domain.trust.population import OTHERS_MIN, VOTES_MIN, Population, Rater, Votes, compare
from neural.domain.trust.vote_likelihood import log_ratio

TRUST_NEUTRAL = 0.5
"""Trust of a new rater."""
TRUST_MIN = 0.1
OUTLIER_VOTES_MIN = 8
OUTLIER_ODDS = 1000.0
ESTABLISHED_ALIGNMENT_MIN = 0.5
FULL_AGE = timedelta(days=7)
"""Account age from which the factor account_age is 1."""

_FULL_ENTROPY, _ALIGNMENT_SCALE = 0.5, 3.0
_SOFT_WEIGHT = 0.2
_SHARE_MAX, _VOTES_LIMIT_MIN, _RATERS_MIN = 0.1, 100, 20
_EXPERIENCE_STEPS = 4
_FACTOR_NEUTRAL = 1.0
"""Value of a factor that cannot be computed."""


@dataclass(frozen=True, slots=True)
class TrustFactor:
    """One factor of a trust score."""

    name: str
    value: float
    """In [0, 1]."""
    explanation: str
    """One sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustScore:
    """Trust of a rater and its factors."""

    trust: float
    """In [0.1, 1]."""
    factors: tuple[TrustFactor, ...]
    is_established: bool
    outlier_reason: str = ""
    """Why the rater is an outlier; empty for other raters."""


def compute_trust(rater: Rater, population: Population, now: datetime, group_reason: str = "") -> TrustScore:
    """Returns the trust score of a rater.

    `group_reason` states why the rater is an outlier as a member of a group; it is empty for other raters.
    """
    compared = compare(rater, population)
    votes = sum(sum(rater.votes[each.cell][:2]) for each in compared)
    ratio = log_ratio(compared)
    age, volume = _account_age(rater, now), _volume(rater, population)
    diversity, alignment = _diversity(rater), _alignment(ratio, votes)
    experience = _experience(age.value, alignment.value, votes)
    factors = (age, volume, diversity, alignment, experience)
    reason = group_reason
    if votes >= OUTLIER_VOTES_MIN and ratio <= -math.log(OUTLIER_ODDS):
        reason = (
            f"A habit of the rater predicts {votes} votes {format_odds(-ratio)} times better than the votes of "
            f"{population.raters - 1} other raters on the same models and tasks."
        )
    if reason:
        return TrustScore(trust=TRUST_MIN, factors=factors, is_established=False, outlier_reason=reason)
    trust = TRUST_NEUTRAL + (1 - TRUST_NEUTRAL) * experience.value
    if votes >= VOTES_MIN:
        soft = 1 - _SOFT_WEIGHT * (1 - age.value) - _SOFT_WEIGHT * (1 - diversity.value)
        trust = min(max(alignment.value * volume.value * soft, TRUST_MIN), 1.0)
    has_votes = votes >= OUTLIER_VOTES_MIN and sum(map(sum, rater.votes.values())) >= VOTES_MIN
    has_record = has_votes or age.value >= 1
    is_established = has_record and alignment.value >= ESTABLISHED_ALIGNMENT_MIN
    return TrustScore(trust=trust, factors=factors, is_established=is_established)


def _account_age(rater: Rater, now: datetime) -> TrustFactor:
    if rater.since is None:
        return TrustFactor("account_age", 0.0, "The rater has no valid feedback.")
    age = max(now - rater.since, timedelta())
    text = f"The first feedback is {age.days} days old. The factor is 1 from {FULL_AGE.days} days."
    return TrustFactor("account_age", min(1.0, age / FULL_AGE), text)


def _volume(rater: Rater, population: Population) -> TrustFactor:
    votes = sum(sum(each) for each in rater.votes.values())
    if population.raters < _RATERS_MIN:
        text = f"{votes} votes. The limit applies from {_RATERS_MIN} raters; there are {population.raters}."
        return TrustFactor("volume", _FACTOR_NEUTRAL, text)
    limit = max(float(_VOTES_LIMIT_MIN), _SHARE_MAX * population.votes)
    text = f"{votes} of {population.votes} votes. The limit per rater is {limit:.0f} votes."
    return TrustFactor("volume", min(1.0, limit / max(votes, 1)), text)


def _diversity(rater: Rater) -> TrustFactor:
    counts = [sum(each[index] for each in rater.votes.values()) for index in range(len(Votes._fields))]
    total = sum(counts)
    if not total:
        return TrustFactor("diversity", _FACTOR_NEUTRAL, "The rater has no votes.")
    entropy = math.fsum(-count / total * math.log2(count / total) for count in counts if count)
    text = (
        f"{counts[0]} up, {counts[1]} down and {counts[2]} neutral votes have an entropy of {entropy + 0.0:.2f} bits. "
        f"The factor is 1 from {_FULL_ENTROPY} bits."
    )
    return TrustFactor("diversity", min(1.0, entropy / _FULL_ENTROPY), text)


def _alignment(ratio: float, votes: int) -> TrustFactor:
    if not votes:
        text = f"No votes are comparable: no model and task of the rater has votes of {OTHERS_MIN} other raters."
        return TrustFactor("alignment", _FACTOR_NEUTRAL, text)
    odds = format_odds(abs(ratio))
    text = (
        f"The votes of other raters predict {votes} votes {odds} times better than a habit of the rater."
        if ratio >= 0
        else f"A habit of the rater predicts {votes} votes {odds} times better than the votes of other raters."
    )
    return TrustFactor("alignment", min(1.0, math.exp(ratio / _ALIGNMENT_SCALE)), text)


def _experience(age: float, alignment: float, votes: int) -> TrustFactor:
    value = alignment * (1 - (1 - age) * (1 - min(1.0, votes / VOTES_MIN)))
    text = (
        f"The rater has {votes} comparable votes. The factor is 1 from {VOTES_MIN} votes or {FULL_AGE.days} days, "
        f"times the alignment, in steps of 1/{_EXPERIENCE_STEPS}."
    )
    return TrustFactor("experience", math.floor(value * _EXPERIENCE_STEPS + 1e-9) / _EXPERIENCE_STEPS, text)


def format_odds(ratio: float) -> str:
    """Returns exp(ratio) as text."""
    return f"{math.exp(ratio):.3g}" if ratio < 20 else f"e^{ratio:.0f}"
