"""`python docs/loop.py`: draws docs/loop.svg, the picture of the feedback loop in the README."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

FILE = Path(__file__).with_name("loop.svg")
WIDTH, HEIGHT = 960, 340


class Box(NamedTuple):
    """A box with its top left corner, size, title and lines of text, in pixels."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...]
    kind: str


class Arrow(NamedTuple):
    """An arrow along points (x, y), with a label at a point; `anchor` is the label's text-anchor."""

    points: tuple[tuple[int, int], ...]
    label: str
    at: tuple[int, int]
    anchor: str = "middle"


BOXES = (
    Box(20, 40, 210, 100, "Your product", ("Brain: picks a model", "chat backend: shows answers"), "outside"),
    Box(20, 235, 210, 70, "Users", ("read answers, give feedback",), "outside"),
    Box(370, 40, 200, 90, "neural: recommender", ("recommends a model", "with probability and reasons"), "service"),
    Box(370, 220, 200, 90, "ingest", ("manifests, feedback, signals", "durable before the ack"), "service"),
    Box(
        720,
        40,
        220,
        90,
        "neural: learner",
        ("scores per model, task, domain", "at user, tenant, global scope"),
        "service",
    ),
    Box(720, 220, 220, 90, "PostgreSQL", ("facts, queues, scores", "the source of truth"), "store"),
)
ARROWS = (
    Arrow(((370, 65), (230, 65)), "recommendation", (300, 57)),
    Arrow(((230, 95), (370, 95)), "request", (300, 88)),
    Arrow(((80, 140), (80, 235)), "answers", (72, 192), "end"),
    Arrow(((170, 235), (170, 140)), "reactions", (162, 192), "end"),
    Arrow(((230, 125), (290, 125), (290, 265), (370, 265)), "manifests, feedback", (298, 185), "start"),
    Arrow(((570, 265), (720, 265)), "facts, work queue", (645, 257)),
    Arrow(((830, 220), (830, 130)), "units to learn", (838, 180), "start"),
    Arrow(((720, 85), (570, 85)), "scores (Valkey)", (645, 77)),
)
STYLE = """
  text { font: 13px sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .label { font-size: 12px; fill: #57606a }
  rect { stroke-width: 1.5; rx: 8 }
  .outside { fill: #f6f8fa; stroke: #8c959f }
  .service { fill: #ddf4ff; stroke: #0969da }
  .store { fill: #fff8c5; stroke: #9a6700 }
  .page { fill: #ffffff; stroke: none }
  path { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#head) }
"""


def box(each: Box) -> str:
    """Returns the elements of a box, its text centred."""
    middle = each.x + each.width // 2
    parts = [f'<rect class="{each.kind}" x="{each.x}" y="{each.y}" width="{each.width}" height="{each.height}"/>']
    parts.append(f'<text class="title" x="{middle}" y="{each.y + 28}" text-anchor="middle">{escape(each.title)}</text>')
    for number, line in enumerate(each.lines):
        parts.append(f'<text x="{middle}" y="{each.y + 50 + 18 * number}" text-anchor="middle">{escape(line)}</text>')
    return "\n".join(parts)


def arrow(each: Arrow) -> str:
    """Returns the elements of an arrow and its label."""
    path = "M" + " L".join(f"{x} {y}" for x, y in each.points)
    x, y = each.at
    text = f'<text class="label" x="{x}" y="{y}" text-anchor="{each.anchor}">{escape(each.label)}</text>'
    return f'<path d="{path}"/>\n{text}'


def picture() -> str:
    """Returns the SVG document."""
    head = (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" style="fill:#57606a;stroke:none;marker-end:none"/>'
        "</marker></defs>"
    )
    page = f'<rect class="page" x="0" y="0" width="{WIDTH}" height="{HEIGHT}"/>'
    body = [f"<style>{STYLE}</style>", head, page, *map(arrow, ARROWS), *map(box, BOXES)]
    label = "The feedback loop of Radiant"
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">'
    return "\n".join([opening, *body, "</svg>", ""])


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
