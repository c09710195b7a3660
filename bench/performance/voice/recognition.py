"""(v) Speech recognition of short clips: audio seconds per second of our engine and of two APIs of faster-whisper.

All three use the same int8 base weights, threads, beam 1, no time stamps, full padding and the same fallback
temperatures, and detect the language of each clip. They process the same groups of clips in turns, so that other load
on the machine affects all. Our engine includes voice activity detection and the queue. faster-whisper called for single
clips encodes a clip twice, the first time to detect its language.
"""

from __future__ import annotations

import asyncio

from bench.performance.figures import median, verdict
from bench.performance.stack import Servers
from voice.engine.availability import unavailable_reason

RATIO_MIN = 1.4


async def run(_on: Servers) -> bool:
    """Runs the benchmark. Returns True if the bound is met or the benchmark is not possible on this machine."""
    if reason := unavailable_reason():
        print(f"(v) voice: not measured. {reason}")
        return True
    from bench.performance.voice.clips import clips
    from bench.performance.voice.recognizers import GROUP, ROUNDS, Contest, gpu_figures

    spoken = clips()
    if not spoken:
        print("(v) voice: not measured. The folder shared/audio does not exist.")
        return True
    seconds = sum(each.seconds for each in spoken)
    print(f"(v) voice: {len(spoken)} clips, {seconds:.0f} s of audio, groups of {GROUP}, {ROUNDS} rounds, base int8")
    contest = await asyncio.to_thread(Contest, spoken)
    rounds = []
    for _ in range(ROUNDS):
        rounds.append(await contest.round())
        print("  round:", ", ".join(f"{way} {each.wall_s:.1f} s" for way, each in rounds[-1].items()), flush=True)
    contest.show(rounds)
    one = median([each["one by one"].wall_s / each["ours"].wall_s for each in rounds])
    pipeline = median([each["pipeline"].wall_s / each["ours"].wall_s for each in rounds])
    print(f"  ours over BatchedInferencePipeline {pipeline:.2f}")
    await gpu_figures(spoken)
    return verdict("ours over one by one", one, "", RATIO_MIN, at_least=True)
