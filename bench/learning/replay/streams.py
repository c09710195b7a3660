"""Simulated users and tenants over a recorded table: who asks what, and how they would react to each answer.

Everything is drawn before any policy plays and is the same for all of them, so that policies differ by what they
choose alone and can be compared in pairs. Seeds are played side by side: the first axis of every array is the row,
which is a seed or, where raters collude, a plan and a seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.learning.attacks.attackers import Attack, Plan
from bench.learning.tables import Amount, Numbers, Places, Table
from cli.demo.reactions import ANNOYED, PLEASED
from cli.demo.world import TENANTS, USERS_PER_TENANT
from ingest.domain.model import SENTIMENTS
from neural.domain.scoring import EXPLICIT_WEIGHT, IMPLICIT_WEIGHT, TRUST_MIN

HELD_OUT = 0.3
"""Share of prompts that are never streamed."""
USERS = len(TENANTS) * USERS_PER_TENANT
SKEW = 3.0 / USERS_PER_TENANT


def user_weights() -> Numbers:
    """Returns the share of requests of each user, tenant by tenant; few ask much, many ask little."""
    edges = np.exp(-SKEW * np.arange(USERS_PER_TENANT + 1))
    one = edges[:-1] - edges[1:]
    one[-1] += edges[-1]
    return np.tile(one / len(TENANTS), len(TENANTS))


@dataclass(frozen=True, slots=True)
class Streams:
    """Requests and would-be reactions of several seeds; arrays are by seed and event unless said otherwise."""

    table: Table
    order: Places
    """By seed: the models in the order in which they stand as candidates; breaks ties without favour."""
    user: Places
    """In 0..USERS-1, tenant by tenant."""
    task: Places
    prompt: Places
    rated: Numbers
    """Uniform; a thumb is given below THUMB_SHARE."""
    up: Numbers
    """Uniform; a thumb points up below the quality, unless it slips."""
    slip: Numbers
    pleased: Numbers
    """Uniform; what is done with the answer is a pleased thing below the quality."""
    glad: Numbers
    """Mean sentiment of the signals if pleased."""
    sad: Numbers
    """The same if not."""
    held: Numbers
    """Mean held-out quality by seed, task and model, in the order of the seed; 0 where no prompt is held out."""
    share: Numbers
    """Share of the held-out prompts by seed and task."""
    streamed: Numbers
    """Mean quality of the streamed prompts by seed, task and model; 0.5 where there is none."""
    streamed_all: Numbers
    """The same over all tasks."""
    ceiling: Numbers
    """By seed: mean held-out quality of the best model of each prompt."""
    weight: Numbers
    """By seed: the share of each honest user in what is held out."""
    attack: Attack | None


def draw(table: Table, seeds: range, events: int, plans: Sequence[Plan] = ()) -> Streams:
    """Draws the streams of some seeds, for each plan in turn; a seed gives the same one whatever stands beside it."""
    drawn = [(plan, _one(table, seed, events, plan)) for plan in plans or (None,) for seed in seeds]
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


def _users(seed: int, plan: Plan | None) -> tuple[Places, Numbers, Numbers]:
    """Returns who colludes, the share of requests of each user, and of each honest one among the honest."""
    member, usual = np.zeros(USERS, dtype=np.int64), user_weights()
    if plan:
        drawn = np.random.default_rng([seed, 99]).permutation(USERS)
        member[drawn[: round(plan.share * USERS)]] = 1
    asks, honest = np.where(member == 1, plan.volume if plan else 1.0, 1.0) * usual, np.where(member == 1, 0.0, usual)
    return member, asks / asks.sum(), honest / honest.sum()


def _one(table: Table, seed: int, events: int, plan: Plan | None) -> dict[str, np.ndarray]:
    chance = np.random.default_rng([seed, 20_260_101])
    prompts, models = table.quality.shape
    order = chance.permutation(models)
    shuffled = chance.permutation(prompts)
    held, streamed = np.split(shuffled, [round(HELD_OUT * prompts)])
    passes = [chance.permutation(streamed) for _ in range(-(-events // len(streamed)))]
    prompt = np.concatenate(passes)[:events]
    held_means, share = _means(table, held, order, 0.0)
    streamed_means, _ = _means(table, streamed, order, 0.5)
    uniform = {name: chance.random(events) for name in ("rated", "up", "slip", "pleased", "camouflage")}
    member, asks, honest = _users(seed, plan)
    return {
        "order": order,
        "prompt": prompt,
        "task": table.task[prompt],
        "user": chance.choice(USERS, events, p=asks),
        "glad": _sentiments(chance, PLEASED, events),
        "sad": _sentiments(chance, ANNOYED, events),
        **uniform,
        "held": held_means,
        "share": share,
        "streamed": streamed_means,
        "streamed_all": table.quality[streamed].mean(0)[order],
        "member": member,
        "weight": honest,
        "ceiling": table.quality[held].max(1).mean(),
    }


def _means(table: Table, prompts: Places, order: Places, empty: float) -> tuple[Numbers, Numbers]:
    """Returns the mean quality by task and model, and the share of the prompts by task."""
    counts = np.bincount(table.task[prompts], minlength=len(table.tasks)).astype(np.float64)
    sums = np.zeros((len(table.tasks), len(order)))
    np.add.at(sums, table.task[prompts], table.quality[prompts][:, order])
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], empty), counts / len(prompts)


def _sentiments(chance: np.random.Generator, kinds: tuple[str, ...], events: int) -> Numbers:
    """Draws the mean sentiment of one or, one time in three, two different signals."""
    value = np.array([SENTIMENTS[kind] for kind in kinds])
    first = chance.integers(len(kinds), size=events)
    second = (first + chance.integers(1, len(kinds), size=events)) % len(kinds)
    return np.where(chance.random(events) < 1 / 3, (value[first] + value[second]) / 2, value[first])


def worth(rating: Places, implicit: Numbers, trust: Amount = 1.0) -> tuple[Numbers, Numbers]:
    """Returns score and evidence of units with a thumb (0 is none) and signals, as `neural.domain.scoring` has them."""
    thumb = EXPLICIT_WEIGHT * np.abs(rating)
    weight = np.clip(trust, TRUST_MIN, 1.0) * thumb + IMPLICIT_WEIGHT
    weighted = (np.clip(trust, TRUST_MIN, 1.0) * thumb * rating + IMPLICIT_WEIGHT * implicit) / weight
    return (weighted + 1) / 2, weight / (thumb + IMPLICIT_WEIGHT)
