"""Tables of how the policies fared, the differences that matter, and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from bench.figures import verdict
from bench.replay import outside
from bench.replay.hindsight import PER_TASK
from bench.replay.intervals import interval, told
from bench.replay.play import Course
from bench.replay.policies import FORMULA, GLOBAL, OURS
from bench.replay.tables import Numbers

GAIN_MIN, SHORT_OF_BEST_MAX, ONLINE_LOSS_MAX = 0.015, 0.02, 0.005
RIVALS = ("formula scoped", "formula scoped, eps 0.1", "formula per model", "formula per model, eps 0.1", GLOBAL)

TOLD = (1_000, 5_000, 20_000, 50_000)
"""Where differences are printed."""


def show(courses: Sequence[Course], bounds: Mapping[str, Numbers]) -> None:
    """Prints held-out and online quality, means over seeds."""
    checkpoints = list(courses[0].played)
    heads = "".join(f"{f'{each:,}':>9}" for each in checkpoints)
    print(f"  {'held-out quality, as served, after':38}{heads}   greedy   online")
    for name, quality in bounds.items():
        print(f"  {name:38}" + " " * 9 * (len(checkpoints) - 1) + f"{quality.mean():9.4f}")
    for course in courses:
        played = "".join(f"{course.played[each].mean():9.4f}" for each in checkpoints)
        last = checkpoints[-1]
        greedy = f"{course.greedy[last].mean():9.4f}" if course.name != "random" else f"{'-':>9}"
        print(f"  {course.name:38}{played}{greedy}{course.online[last].mean():9.4f}")


def compare(courses: Sequence[Course], bounds: Mapping[str, Numbers]) -> bool:
    """Prints paired differences of ours to each rival, and returns whether the bounds are kept."""
    by_name = {course.name: course for course in courses}
    ours = by_name[OURS]
    for name in (*RIVALS, *(course.name for course in courses if course.name in outside.ALPHA)):
        for at in (each for each in TOLD if each in ours.played):
            served = told(ours.played[at] - by_name[name].played[at])
            greedy = told(ours.greedy[at] - by_name[name].greedy[at])
            print(f"  ours - {name:28}{at:>7,}: served {served}, greedy {greedy}")
    last = max(ours.played)
    gain, low, _ = interval(ours.played[last] - by_name[FORMULA].played[last])
    online = interval(ours.online[last] - by_name[GLOBAL].online[last])[1]
    short = float((bounds[PER_TASK] - ours.played[last]).mean())
    kept = verdict(f"gain over the scoped formula at {last:,}", gain, "", GAIN_MIN, at_least=True)
    kept &= verdict("its lower bound", low, "", 0.0, at_least=True)
    kept &= verdict("short of the per-task best", short, "", SHORT_OF_BEST_MAX, at_least=False)
    return verdict(f"online - {GLOBAL}, lower bound", online, "", -ONLINE_LOSS_MAX, at_least=True) and kept


def plot(courses: Sequence[Course], bounds: Mapping[str, Numbers], path: Path) -> None:
    """Draws held-out quality over events with 95 % bands, where matplotlib is installed."""
    if find_spec("matplotlib") is None:
        print("  plot skipped: matplotlib is not installed")
        return
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    figure, axes = import_module("matplotlib.pyplot").subplots(figsize=(9, 5.5))
    for course in courses:
        events = sorted(course.played)
        bands = [interval(course.played[each]) for each in events]
        (line,) = axes.plot(events, [band[0] for band in bands], label=course.name)
        axes.fill_between(events, [b[1] for b in bands], [b[2] for b in bands], alpha=0.15, color=line.get_color())
    for name, quality in bounds.items():
        axes.axhline(quality.mean(), linestyle=":", linewidth=1, color="grey")
        axes.annotate(name, (events[0], quality.mean()), fontsize=7, va="bottom")
    axes.set(xscale="log", xlabel="events learned", ylabel="held-out quality", title=path.stem)
    axes.legend(fontsize=7)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    print(f"  plot: {path}")
