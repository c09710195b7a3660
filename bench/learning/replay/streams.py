"""Simulated requests and reactions of users and tenants over a recorded table of outcomes.

All random values are drawn before a policy runs and are the same for every policy. Policies therefore differ only by
their choices and can be compared in pairs. Seeds run side by side: the first axis of every array is the row, which is
a seed or, with colluding raters, a plan and a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.learning.attacks.collusion import Attack, Plan
from bench.learning.tables import Amount, Indices, Numbers, Table
from cli.demo.reactions import NEGATIVE_SIGNALS, POSITIVE_SIGNALS
from cli.demo.workload import TENANTS, USERS_PER_TENANT
from ingest.domain.model import SENTIMENTS
from neural.domain.scoring import EXPLICIT_WEIGHT, IMPLICIT_WEIGHT, TRUST_MIN

HELD_OUT = 0.3
"""Share of prompts that are never streamed. The quality of policies is measured on them."""
USERS = len(TENANTS) * USERS_PER_TENANT
SKEW = 3.0 / USERS_PER_TENANT


def user_weights() -> Numbers:
    """Returns the share of requests of each user, ordered by tenant. Shares fall exponentially within a tenant."""
    edges = np.exp(-SKEW * np.arange(USERS_PER_TENANT + 1))
    one = edges[:-1] - edges[1:]
    one[-1] += edges[-1]
    return np.tile(one / len(TENANTS), len(TENANTS))


@dataclass(frozen=True, slots=True)
class Streams:
    """Requests and potential reactions of several seeds. Arrays are by seed and event unless documented otherwise."""

    table: Table
    order: Indices
    """By seed: the order of the models as candidates. Ties go to the first candidate, so the order is random."""
    user: Indices
    """Index in 0..USERS-1, ordered by tenant."""
    task: Indices
    prompt: Indices
    rated: Numbers
    """Uniform; the user votes if the value is below THUMB_SHARE."""
    up: Numbers
    """Uniform; the vote is positive if the value is below the quality, unless it is a slip."""
    slip: Numbers
    pleased: Numbers
    """Uniform; the signals are positive if the value is below the quality."""
    glad: Numbers
    """Mean sentiment of the signals of a pleased user."""
    sad: Numbers
    """Mean sentiment of the signals of a displeased user."""
    held: Numbers
    """Mean held-out quality by seed, task and model, in the seed's order of models; 0 without held-out prompts."""
    share: Numbers
    """Share of the held-out prompts by seed and task."""
    streamed: Numbers
    """Mean quality of the streamed prompts by seed, task and model; 0.5 without streamed prompts."""
    streamed_all: Numbers
    """Mean quality of the streamed prompts of all tasks by seed and model."""
    ceiling: Numbers
    """By seed: mean held-out quality of the best model of each prompt."""
    weight: Numbers
    """By seed: the weight of each honest user in held-out quality."""
    attack: Attack | None


def draw_streams(table: Table, seeds: range, events: int, plans: Sequence[Plan] = ()) -> Streams:
    """Draws the streams of the seeds, for each plan in turn. A seed's stream does not depend on the other seeds."""
    drawn = [(plan, _draw_seed(table, seed, events, plan)) for plan in plans or (None,) for seed in seeds]
    stacked = {name: np.stack([one[name] for _, one in drawn]) for name in drawn[0][1]}
    member, camouflage = stacked.pop("member"), stacked.pop("camouflage")
    agreed = [(plan, one["streamed_all"]) for plan, one in drawn if plan]
    if not agreed:
        return Streams(table=table, attack=None, **stacked)
    attack = Attack(
        member=member,
        target=np.array([plan.target(quality) for plan, quality in agreed]),
        promote=np.array([int(plan.promote) for plan, _ in agreed]),
        honest=np.array([plan.honest for plan, _ in agreed]),
        camouflage=camouflage,
    )
    return Streams(table=table, attack=attack, **stacked)


def _users(seed: int, plan: Plan | None) -> tuple[Indices, Numbers, Numbers]:
    """Returns three arrays by user: 1 for colluding users, shares of requests, shares among honest users."""
    member, usual = np.zeros(USERS, dtype=np.int64), user_weights()
    if plan:
        drawn = np.random.default_rng([seed, 99]).permutation(USERS)
        member[drawn[: round(plan.share * USERS)]] = 1
    request_share = np.where(member == 1, plan.volume if plan else 1.0, 1.0) * usual
    honest = np.where(member == 1, 0.0, usual)
    return member, request_share / request_share.sum(), honest / honest.sum()


def _draw_seed(table: Table, seed: int, events: int, plan: Plan | None) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([seed, 20_260_101])
    prompts, models = table.quality.shape
    order = rng.permutation(models)
    shuffled = rng.permutation(prompts)
    held, streamed = np.split(shuffled, [round(HELD_OUT * prompts)])
    passes = [rng.permutation(streamed) for _ in range(-(-events // len(streamed)))]
    prompt = np.concatenate(passes)[:events]
    held_means, share = _means(table, held, order, 0.0)
    streamed_means, _ = _means(table, streamed, order, 0.5)
    uniform = {name: rng.random(events) for name in ("rated", "up", "slip", "pleased", "camouflage")}
    member, request_share, honest = _users(seed, plan)
    return {
        "order": order,
        "prompt": prompt,
        "task": table.task[prompt],
        "user": rng.choice(USERS, events, p=request_share),
        "glad": _sentiments(rng, POSITIVE_SIGNALS, events),
        "sad": _sentiments(rng, NEGATIVE_SIGNALS, events),
        **uniform,
        "held": held_means,
        "share": share,
        "streamed": streamed_means,
        "streamed_all": table.quality[streamed].mean(0)[order],
        "member": member,
        "weight": honest,
        "ceiling": table.quality[held].max(1).mean(),
    }


def _means(table: Table, prompts: Indices, order: Indices, empty: float) -> tuple[Numbers, Numbers]:
    """Returns the mean quality by task and model, and the share of the prompts by task."""
    counts = np.bincount(table.task[prompts], minlength=len(table.tasks)).astype(np.float64)
    sums = np.zeros((len(table.tasks), len(order)))
    np.add.at(sums, table.task[prompts], table.quality[prompts][:, order])
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], empty), counts / len(prompts)


def _sentiments(rng: np.random.Generator, kinds: tuple[str, ...], events: int) -> Numbers:
    """Draws the mean sentiment of one signal or, with probability 1/3, of two different signals."""
    value = np.array([SENTIMENTS[kind] for kind in kinds])
    first = rng.integers(len(kinds), size=events)
    second = (first + rng.integers(1, len(kinds), size=events)) % len(kinds)
    return np.where(rng.random(events) < 1 / 3, (value[first] + value[second]) / 2, value[first])


def score_and_evidence(rating: Indices, implicit: Numbers, trust: Amount = 1.0) -> tuple[Numbers, Numbers]:
    """Returns score and evidence of units with a vote (0 for none) and signals, as `neural.domain.scoring` does."""
    thumb = EXPLICIT_WEIGHT * np.abs(rating)
    weight = np.clip(trust, TRUST_MIN, 1.0) * thumb + IMPLICIT_WEIGHT
    weighted = (np.clip(trust, TRUST_MIN, 1.0) * thumb * rating + IMPLICIT_WEIGHT * implicit) / weight
    return (weighted + 1) / 2, weight / (thumb + IMPLICIT_WEIGHT)
