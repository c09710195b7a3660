"""(v) Speech recognition of many short clips: audio seconds per second, ours against faster-whisper's two ways.

All three have the same base weights as int8, the same threads, beam 1, no time stamps, full padding and the same
temperatures to fall back to, and detect the language of each clip. They work on the same groups of clips in turns,
since other work on the machine slows whichever runs. Ours goes through the gate and the queue; the others have no gate.
Where faster-whisper called one by one does not know the language, it encodes a clip twice, once to detect it.
"""

from __future__ import annotations

import asyncio

from bench.performance.figures import median, verdict
from bench.performance.stack import Servers
from voice.engine.availability import unavailable_reason

RATIO_MIN = 1.4


async def run(_on: Servers) -> bool:
    """Measures in turns and prints; returns whether the bound is kept. Says why where it cannot measure."""
    if reason := unavailable_reason():
        print(f"(v) voice: not measured. {reason}")
        return True
    from bench.performance.voice.contest import GROUP, ROUNDS, Contest, gpu_figures
    from bench.performance.voice.speech import clips

    spoken = clips()
    if not spoken:
        print("(v) voice: not measured. shared/audio is not there.")
        return True
    seconds = sum(each.seconds for each in spoken)
    print(f"(v) voice: {len(spoken)} clips, {seconds:.0f} s of audio, groups of {GROUP}, {ROUNDS} rounds, base int8")
    contest = await asyncio.to_thread(Contest, spoken)
    rounds = []
    for _ in range(ROUNDS):
        rounds.append(await contest.round())
        print("  a round:", ", ".join(f"{way} {each.wall_s:.1f} s" for way, each in rounds[-1].items()), flush=True)
    contest.show(rounds)
    one = median([each["one by one"].wall_s / each["ours"].wall_s for each in rounds])
    pipeline = median([each["pipeline"].wall_s / each["ours"].wall_s for each in rounds])
    print(f"  ours over BatchedInferencePipeline {pipeline:.2f}")
    await gpu_figures(spoken)
    return verdict("ours over one by one", one, "", RATIO_MIN, at_least=True)
