"""The report after a play. Every number in it was measured in that play."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from cli.demo.play import CONCURRENCY, PlayResult
from cli.demo.quality import Quality, QualityStatistics
from cli.demo.recommendation_changes import RecommendationChange
from cli.demo.workload import TENANTS, Workload
from radiant.neural.v1 import recommend_service_pb2, scoring_pb2
from radiant_client.messages.fields import short_name

_DAY_H = 24


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the smallest value that at least that share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def lines(workload: Workload, played: PlayResult, seed: int) -> Iterator[str]:
    """Yields the results as key=value lines, for programs."""
    statistics = QualityStatistics(played.turns)
    windows = statistics.windows()
    first, last = windows[0], windows[-1]
    settled = "" if played.settle_s is None else f"{played.settle_s * 1000:.0f}"
    values: dict[str, object] = {
        "world": workload.title,
        "seed": seed,
        "requests": len(played.turns),
        "models": len(workload.models),
        "known_units_before": played.known_before,
        "events_acknowledged": played.events,
        "manifests": played.manifests,
        "thumbs": played.thumbs,
        "signals": played.signals,
        "seconds": f"{played.seconds:.3f}",
        "events_per_second": f"{played.events / played.seconds:.0f}",
        "recommendation_ms_p50": f"{percentile(played.recommendation_ms, 0.5):.2f}",
        "recommendation_ms_p99": f"{percentile(played.recommendation_ms, 0.99):.2f}",
        "recommendation_ms_p50_single": f"{percentile(played.single_ms, 0.5):.2f}",
        "recommendation_ms_p99_single": f"{percentile(played.single_ms, 0.99):.2f}",
        "learned_after_last_ack_ms": settled,
        "best_fixed_model": statistics.fixed,
        "gap_closed_first_window": f"{first.gap_closed:.3f}",
        "gap_closed_last_window": f"{last.gap_closed:.3f}",
    }
    for name in ("followed", "error", "random", "fixed", "contextual", "oracle"):
        values[f"last_window_{name}"] = f"{getattr(last, name):.4f}"
    yield from (f"{key}={value}" for key, value in values.items())


def show(console: Console, workload: Workload, played: PlayResult, addresses: Mapping[str, str]) -> None:
    """Prints the report with tables."""
    statistics = QualityStatistics(played.turns)
    console.print()
    console.rule("[bold]Demonstration: one day of traffic")
    _summary(console, workload, played)
    _qualities(console, statistics)
    _recommendation_changes(console, statistics, played.changes)
    _figures(console, played)
    _next(console, addresses)


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False)


def _summary(console: Console, workload: Workload, played: PlayResult) -> None:
    _print(console, f"[bold]Workload[/]  {escape(workload.title)}")
    _print(
        console,
        f"{len(played.turns):,} requests of {len(TENANTS)} tenants ({', '.join(TENANTS)}), "
        f"{len(workload.models)} models per request. The suite recommended a model for each request. "
        "Simulated users then reacted to the answer "
        "with thumbs (one in ten reversed by mistake) and with signals (copy, regenerate and others). The suite "
        "learned from these reactions only; it did not receive the qualities below.",
    )
    if played.known_before:
        _print(
            console,
            f"[yellow]The data folder contained {played.known_before:,} learned units before this play[/], so the "
            "first hours do not show a start without data.",
        )
    console.print()


def _qualities(console: Console, statistics: QualityStatistics) -> None:
    windows = statistics.windows()
    table = Table(
        title="Mean quality of the answers (0 to 1)", title_justify="left", title_style="bold", header_style=""
    )
    table.add_column("hours", no_wrap=True)
    for name in ("random\nmodel", "one model\nfor all", "suite\nfollowed", "best per\ncontext", "best per\nrequest"):
        table.add_column(name, justify="right", style="bold green" if name.startswith("suite") else "")
    table.add_column("gap\nclosed", justify="right")
    for place, window in enumerate(windows):
        start, end = (_DAY_H * edge / len(windows) for edge in (place, place + 1))
        means = (window.random, window.fixed, window.followed, window.contextual, window.oracle)
        table.add_row(
            f"{start:.3g} to {end:.3g}", *(f"{mean:.3f}" for mean in means), f"{100 * window.gap_closed:.0f} %"
        )
    console.print(table)
    _print(console, _verdict(statistics, windows[-1]))
    console.print()


def _verdict(statistics: QualityStatistics, last: Quality) -> str:
    return (
        f"In the last hours the suite closed [bold]{100 * last.gap_closed:.0f} %[/] of the gap between a random "
        f"model and the best answer to each request ({last.turns} requests, standard error of the followed mean "
        f"{last.error:.3f}). Three columns use the outcomes of the whole day: [italic]one model for all[/] is "
        f"{escape(statistics.fixed)}, the best single model; [italic]best per context[/] is the best model of each "
        "task and domain; [italic]best per request[/] is the best answer to each request, which no router can predict."
    )


def _recommendation_changes(
    console: Console, statistics: QualityStatistics, changes: Sequence[RecommendationChange]
) -> None:
    _print(console, "[bold]Recommendations before and after[/]")
    _print(console, "True quality: mean quality of the model's answers to the day's requests of that task and domain.")
    for change in changes:
        where = change.context
        who = f"{where.user} of {where.tenant}" if where.user else where.tenant
        means = statistics.means(where.task, where.domain)
        _print(console, f"\n{escape(who)}, {escape(where.task)} / {escape(where.domain)}")
        for name, advice in (("before", change.before), ("after", change.after)):
            _indented(console, f"{name:<8}[bold]{escape(advice.model)}[/], {_true_quality(means, advice.model)}", 2)
            _indented(console, _evidence(advice), 10)
        _indented(console, f"[dim]{escape(change.after.reasoning)}[/]", 10)
    console.print()


def _indented(console: Console, text: str, indent: int) -> None:
    console.print(Padding(console.render_str(text, highlight=False), (0, 0, 0, indent), expand=False))


def _evidence(advice: recommend_service_pb2.Recommendation) -> str:
    scope = short_name(scoring_pb2.Scope, advice.scope)
    if not scope or not advice.sample_size:
        return "no evidence yet, confidence 0"
    return f"{scope} scope, confidence {advice.confidence:.2f}, {advice.sample_size} learned units"


def _true_quality(means: Mapping[str, float], model: str) -> str:
    rank = sorted(means.values(), reverse=True).index(means[model]) + 1
    return f"true quality {means[model]:.2f}, rank {rank} of {len(means)}"


def _figures(console: Console, played: PlayResult) -> None:
    settled = "not within 120 s" if played.settle_s is None else f"{played.settle_s * 1000:,.0f} ms"
    calls, events = len(played.turns) / played.seconds, played.events / played.seconds
    table = Table(title="Measured in this play", title_justify="left", title_style="bold", show_header=False, box=None)
    rows = {
        "acknowledged as durable": f"{played.events:,} events: {played.manifests:,} manifests, {played.thumbs:,} "
        f"thumbs, {played.signals:,} signals in {played.batches:,} batches",
        "throughput": f"{events:,.0f} events/s beside {calls:,.0f} recommendations/s, over {played.seconds:.1f} s; "
        "this client, the services and their databases share this machine",
        "recommendation call": f"{_spread(played.recommendation_ms)} with {CONCURRENCY} requests at once; "
        f"{_spread(played.single_ms)} one at a time, after the play",
        "last ack to all learned": settled,
    }
    for name, text in rows.items():
        table.add_row(name, text)
    console.print(table, highlight=False)
    console.print()


def _spread(values: Sequence[float]) -> str:
    return f"p50 {percentile(values, 0.5):.1f} ms, p99 {percentile(values, 0.99):.1f} ms"


def _next(console: Console, addresses: Mapping[str, str]) -> None:
    program = escape(sys.argv[0])
    _print(console, "[bold]Next steps[/]")
    for name, address in addresses.items():
        what = "REST, described at /api/openapi.json" if "://" in address else "gRPC, with reflection"
        _print(console, f"  {name:<11} {address}  ({what})")
    _print(
        console, f"  {program} token demo-acme --role admin   print a token for calls to the data of the demonstration"
    )
    _print(console, f"  {program} demo --data FILE               play recorded outcomes of your models")
    console.print()
