"""Influence on scores: a single rater, invented users, prefixes and spellings of user ids."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp

from bench.resilience.attack.attack import Group, Outcome
from bench.resilience.attack.feed import Opinion, give, learned, manifest, record, relearned, scores, vote
from bench.resilience.attack.target import Target
from radiant.ingest.v1 import feedback_pb2

GROUP = Group("influence on scores")
RATERS, VOTES = 60, 20
PREFERRED = {"a": 9, "b": 1}
SHIFT_SECONDS = 10.0
"""Time in which a shift of quality is found and applied."""
HOURLY_MAX = 50
"""Default limit of votes of a user in an hour."""


@GROUP.attack("50 votes of one user against 1,200 of 60 users", "the preferred model keeps the lead")
async def one_rater(target: Target) -> Outcome:
    """Lets one user vote against the model that all others prefer."""
    tenant = "one-rater"
    before = await _honest(target, tenant, shares={"a": 8, "b": 6})
    given = await give(target, tenant, [Opinion("loud", "a", False)] * HOURLY_MAX)
    after, end = before, asyncio.get_running_loop().time() + SHIFT_SECONDS
    while after["a"] > after["b"] and asyncio.get_running_loop().time() < end:
        await learned(target, tenant)  # shifts are searched every second, and units learned again
        after = await scores(target, tenant)
        await asyncio.sleep(0.5)
    return Outcome(given, after["a"] > after["b"], _change(before, after))


@GROUP.attack("300 invented users with 7 votes each", "the preferred model keeps the lead")
async def invented_users(target: Target) -> Outcome:
    """Lets many new users vote against the opinion of established ones."""
    tenant = "invented-users"
    before = await _honest(target, tenant)
    crowd = [Opinion(f"new-{user}", "ab"[turn % 2], turn % 2 == 1) for user in range(300) for turn in range(7)]
    given = await give(target, tenant, crowd)
    await learned(target, tenant)
    await relearned(target)
    after = await scores(target, tenant)
    return Outcome(given, after["a"] > after["b"], _change(before, after))


@GROUP.attack("30 invented users with 7 votes each", "the preferred model keeps the lead")
async def few_invented_users(target: Target) -> Outcome:
    """Lets some new users vote against the opinion of fewer established votes."""
    tenant = "few-invented-users"
    before = await _honest(target, tenant, 12, 8)
    crowd = [Opinion(f"new-{user}", "ab"[turn % 2], turn % 2 == 1) for user in range(30) for turn in range(7)]
    given = await give(target, tenant, crowd)
    await learned(target, tenant)
    await relearned(target)
    after = await scores(target, tenant)
    return Outcome(given, after["a"] > after["b"], _change(before, after))


@GROUP.attack("votes of a made-up evaluator beyond the hourly limit", "at most 50 accepted")
async def made_up_evaluator(target: Target) -> Outcome:
    """Votes as a user whose id begins like that of an automatic evaluator, which is not registered."""
    accepted = await _vote_as(target, ["evaluator:made-up"] * (3 * HOURLY_MAX))
    return Outcome(3 * HOURLY_MAX, accepted <= HOURLY_MAX, f"{accepted} accepted")


@GROUP.attack("votes of one user in many spellings", "at most 50 accepted")
async def spellings(target: Target) -> Outcome:
    """Votes as one user whose id is written with blanks, invisible characters and other forms of Unicode."""
    forms = [
        "Zoë.ko",
        " Zoë.ko",
        "Zoë.ko ",
        "Zo\u200bë.ko",
        "Zoe\u0308.ko",
        "\uff3aoë.ko",
        "Zoë\u2060.ko",
        "\ufeffZoë.ko",
    ]
    accepted = await _vote_as(target, [forms[turn % len(forms)] for turn in range(3 * HOURLY_MAX)])
    return Outcome(3 * HOURLY_MAX, accepted <= HOURLY_MAX, f"{accepted} accepted of {len(forms)} spellings")


async def _honest(
    target: Target, tenant: str, raters: int = RATERS, votes: int = VOTES, shares: Mapping[str, int] = PREFERRED
) -> dict[str, float]:
    """Lets users vote on two models. `shares` are the positive votes of ten. Returns the scores."""
    opinions = [
        Opinion(f"rater-{user}", model, (turn // 2 * 3 + user * 7) % 10 < shares[model])
        for turn in range(votes)
        for user in range(raters)
        for model in "ab"[turn % 2]
    ]
    if await give(target, tenant, opinions) != len(opinions):
        raise RuntimeError("the votes of honest users were not accepted")
    await learned(target, tenant)
    await relearned(target)
    return await scores(target, tenant)


async def _vote_as(target: Target, users: list[str]) -> int:
    """Votes on an output for each user. Returns the number of accepted votes."""
    names = [f"spelled-{uuid.uuid4()}" for _ in users]
    await record(target, "spellings", [manifest(name, "someone", "a") for name in names])
    moment = Timestamp()
    moment.GetCurrentTime()
    votes = [
        feedback_pb2.ExplicitFeedback(
            output_id=name,
            user_id=user,
            rating=feedback_pb2.RATING_POSITIVE,
            source=feedback_pb2.FEEDBACK_SOURCE_API,
            client_time=moment,
        )
        for name, user in zip(names, users, strict=True)
    ]
    return await vote(target, "spellings", votes, batch=1)


def _change(before: dict[str, float], after: dict[str, float]) -> str:
    return ", ".join(f"{model} {before[model]:.2f} to {after[model]:.2f}" for model in "ab")
