"""Chart of the voice recordings by status."""

from __future__ import annotations

from gateway.console.charts.figure import Figure
from gateway.console.enums import enum_label
from radiant.voice.v1.voice_pb2 import VoiceStatus
from radiant.voice.v1.voice_service_pb2 import GetVoiceQueueResponse


def queue_figure(queue: GetVoiceQueueResponse) -> Figure:
    """Returns the number of recordings by status."""
    rows = [(enum_label(depth.status, VoiceStatus), depth.count) for depth in queue.depths]
    option = {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 90, "right": 50, "top": 10, "bottom": 30},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "data": [row[0] for row in rows], "inverse": True},
        "series": [{"type": "bar", "data": [row[1] for row in rows], "label": {"show": True, "position": "right"}}],
    }
    return Figure(
        name="queue",
        title="Recordings by status",
        columns=("Status", "Recordings"),
        rows=rows,
        option=option,
        height_px=200,
    )
