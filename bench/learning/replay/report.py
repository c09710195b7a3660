"""Tables of how the policies fared, the differences that matter, and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.learning.intervals import interval, told
from bench.learning.replay.hindsight import PER_TASK
from bench.learning.replay.play import Course
from bench.learning.replay.policies import FORMULA, GLOBAL, OURS
from bench.learning.tables import Numbers
from bench.performance.figures import verdict

GAIN_MIN, SHORT_OF_BEST_MAX, ONLINE_LOSS_MAX = 0.015, 0.02, 0.005
TOLD = (1_000, 5_000, 20_000, 50_000)
"""Where differences are printed."""


@dataclass(frozen=True, slots=True)
class Fared:
    """How all policies fared on one table."""

    table: str
    courses: Sequence[Course]
    bounds: Mapping[str, Numbers]
    """Held-out quality by seed of those who know better."""

    def course(self, name: str) -> Course:
        """Returns the course of a policy."""
        return next(course for course in self.courses if course.name == name)


def show(fared: Fared) -> None:
    """Prints held-out and online quality, means over seeds."""
    checkpoints = list(fared.courses[0].played)
    heads = "".join(f"{f'{each:,}':>9}" for each in checkpoints)
    print(f"  {'held-out quality, as served, after':38}{heads}   greedy   online")
    for name, quality in fared.bounds.items():
        print(f"  {name:38}" + " " * 9 * (len(checkpoints) - 1) + f"{quality.mean():9.4f}")
    last = checkpoints[-1]
    for course in fared.courses:
        played = "".join(f"{course.played[each].mean():9.4f}" for each in checkpoints)
        greedy = f"{course.greedy[last].mean():9.4f}" if course.name != "random" else f"{'-':>9}"
        print(f"  {course.name:38}{played}{greedy}{course.online[last].mean():9.4f}")


def compare(fared: Fared) -> bool:
    """Prints paired differences of ours to each rival, and returns whether the bounds are kept."""
    ours, best = fared.course(OURS), fared.bounds[PER_TASK]
    for at in (each for each in TOLD if each in ours.played):
        print(f"  after {at:,}: ours - {PER_TASK:28}: served {told(ours.played[at] - best)}")
        for rival in fared.courses:
            if rival.name in ("random", OURS):
                continue
            served, greedy = (told(mine[at] - other[at]) for mine, other in _pairs(ours, rival))
            online = told(ours.online[at] - rival.online[at])
            print(f"  after {at:,}: ours - {rival.name:28}: served {served}, greedy {greedy}, online {online}")
    last = max(ours.played)
    gain, low, _ = interval(ours.played[last] - fared.course(FORMULA).played[last])
    online_low = interval(ours.online[last] - fared.course(GLOBAL).online[last])[1]
    kept = verdict(f"gain over the scoped formula at {last:,}", gain, "", GAIN_MIN, at_least=True)
    kept &= verdict("its lower bound", low, "", 0.0, at_least=True)
    short = float((best - ours.played[last]).mean())
    kept &= verdict("short of the per-task best", short, "", SHORT_OF_BEST_MAX, at_least=False)
    return verdict(f"online - {GLOBAL}, lower bound", online_low, "", -ONLINE_LOSS_MAX, at_least=True) and kept


def _pairs(ours: Course, rival: Course) -> tuple[tuple[dict[int, Numbers], dict[int, Numbers]], ...]:
    return (ours.played, rival.played), (ours.greedy, rival.greedy)


def plot(every: Sequence[Fared], path: Path) -> None:
    """Draws held-out quality over events with 95 % bands, one panel a table, where matplotlib is installed."""
    if find_spec("matplotlib") is None:
        print("  plot skipped: matplotlib is not installed")
        return
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    figure, panels = import_module("matplotlib.pyplot").subplots(
        1, len(every), figsize=(7.5 * len(every), 5.5), squeeze=False
    )
    for axes, fared in zip(panels[0], every, strict=True):
        for course in fared.courses:
            events = sorted(course.played)
            bands = [interval(course.played[each]) for each in events]
            width = 2.4 if course.name == OURS else 1.2
            color = "black" if course.name == OURS else None
            (line,) = axes.plot(events, [band[0] for band in bands], label=course.name, linewidth=width, color=color)
            lows, highs = [band[1] for band in bands], [band[2] for band in bands]
            axes.fill_between(events, lows, highs, alpha=0.12, color=line.get_color(), linewidth=0)
        for name, quality in fared.bounds.items():
            axes.axhline(quality.mean(), linestyle=":", linewidth=1, color="grey")
            axes.annotate(name, (events[0], quality.mean()), fontsize=7, va="bottom")
        seeds = len(fared.bounds[PER_TASK])
        title = f"{fared.table}: mean and 95 % interval over {seeds} seeds"
        axes.set(xscale="log", xlabel="events learned", ylabel="held-out quality as served", title=title)
    lines, names = panels[0][0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, 0.02))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    print(f"plot: {path}")
