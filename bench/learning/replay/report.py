"""Report of a replay: tables of held-out quality, paired differences with bounds, and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.learning.intervals import format_interval, interval
from bench.learning.replay.policies import FORMULA, GLOBAL, OURS
from bench.learning.replay.simulation import LearningCurve
from bench.learning.replay.upper_bounds import PER_TASK
from bench.learning.tables import Numbers
from bench.performance.figures import verdict

GAIN_MIN, SHORT_OF_BEST_MAX, ONLINE_LOSS_MAX = 0.015, 0.02, 0.005
DIFFERENCES_AT = (1_000, 5_000, 20_000, 50_000)
"""Numbers of events after which differences are printed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The learning curves of all policies on one table."""

    table: str
    curves: Sequence[LearningCurve]
    bounds: Mapping[str, Numbers]
    """Held-out quality by seed of the choices in hindsight."""

    def curve(self, name: str) -> LearningCurve:
        """Returns the learning curve of a policy."""
        return next(curve for curve in self.curves if curve.name == name)


def print_table(comparison: Comparison) -> None:
    """Prints held-out and online quality of every policy as means over seeds."""
    checkpoints = list(comparison.curves[0].served)
    heads = "".join(f"{f'{each:,}':>9}" for each in checkpoints)
    print(f"  {'held-out quality, as served, after':38}{heads}   greedy   online")
    for name, quality in comparison.bounds.items():
        print(f"  {name:38}" + " " * 9 * (len(checkpoints) - 1) + f"{quality.mean():9.4f}")
    last = checkpoints[-1]
    for curve in comparison.curves:
        played = "".join(f"{curve.served[each].mean():9.4f}" for each in checkpoints)
        greedy = f"{curve.greedy[last].mean():9.4f}" if curve.name != "random" else f"{'-':>9}"
        print(f"  {curve.name:38}{played}{greedy}{curve.online[last].mean():9.4f}")


def print_differences(comparison: Comparison) -> bool:
    """Prints paired differences between our policy and each rival. Returns True if all bounds are met."""
    ours, best = comparison.curve(OURS), comparison.bounds[PER_TASK]
    for at in (each for each in DIFFERENCES_AT if each in ours.served):
        print(f"  after {at:,}: ours - {PER_TASK:28}: served {format_interval(ours.served[at] - best)}")
        for rival in comparison.curves:
            if rival.name in ("random", OURS):
                continue
            served, greedy = (format_interval(mine[at] - other[at]) for mine, other in _pairs(ours, rival))
            online = format_interval(ours.online[at] - rival.online[at])
            print(f"  after {at:,}: ours - {rival.name:28}: served {served}, greedy {greedy}, online {online}")
    last = max(ours.served)
    gain, low, _ = interval(ours.served[last] - comparison.curve(FORMULA).served[last])
    online_low = interval(ours.online[last] - comparison.curve(GLOBAL).online[last])[1]
    kept = verdict(f"gain over the scoped formula at {last:,}", gain, "", GAIN_MIN, at_least=True)
    kept &= verdict("its lower bound", low, "", 0.0, at_least=True)
    short = float((best - ours.served[last]).mean())
    kept &= verdict("short of the per-task best", short, "", SHORT_OF_BEST_MAX, at_least=False)
    return verdict(f"online - {GLOBAL}, lower bound", online_low, "", -ONLINE_LOSS_MAX, at_least=True) and kept


def _pairs(ours: LearningCurve, rival: LearningCurve) -> tuple[tuple[dict[int, Numbers], dict[int, Numbers]], ...]:
    return (ours.served, rival.served), (ours.greedy, rival.greedy)


def plot(comparisons: Sequence[Comparison], path: Path) -> None:
    """Plots held-out quality over events with 95 % bands, one panel per table. Requires matplotlib."""
    if find_spec("matplotlib") is None:
        print("  plot skipped: matplotlib is not installed")
        return
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    figure, panels = import_module("matplotlib.pyplot").subplots(
        1, len(comparisons), figsize=(7.5 * len(comparisons), 5.5), squeeze=False
    )
    for axes, comparison in zip(panels[0], comparisons, strict=True):
        for curve in comparison.curves:
            events = sorted(curve.served)
            bands = [interval(curve.served[each]) for each in events]
            width = 2.4 if curve.name == OURS else 1.2
            color = "black" if curve.name == OURS else None
            (line,) = axes.plot(events, [band[0] for band in bands], label=curve.name, linewidth=width, color=color)
            lows, highs = [band[1] for band in bands], [band[2] for band in bands]
            axes.fill_between(events, lows, highs, alpha=0.12, color=line.get_color(), linewidth=0)
        for name, quality in comparison.bounds.items():
            axes.axhline(quality.mean(), linestyle=":", linewidth=1, color="grey")
            axes.annotate(name, (events[0], quality.mean()), fontsize=7, va="bottom")
        seeds = len(comparison.bounds[PER_TASK])
        title = f"{comparison.table}: mean and 95 % interval over {seeds} seeds"
        axes.set(xscale="log", xlabel="events learned", ylabel="held-out quality as served", title=title)
    lines, names = panels[0][0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, 0.02))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    print(f"plot: {path}")
