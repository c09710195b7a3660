"""Metrics of the queue and of the workers."""

from __future__ import annotations

from kit.telemetry.metrics import Counter, Gauge, Histogram

WAITING = Gauge("radiant_voice_waiting", "Recordings that wait or are processed, over all tenants.", ["status"])
OLDEST = Gauge("radiant_voice_oldest_waiting_seconds", "Age of the oldest recording without a result.")
OUTCOMES = Counter("radiant_voice_jobs_total", "Finished attempts by outcome.", ["outcome"])
TRANSCRIBED = Counter("radiant_voice_heard_seconds_total", "Audio of completed jobs, in seconds.")
DURATIONS = Histogram(
    "radiant_voice_job_seconds",
    "Time from the claim of a job to its stored result.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600),
)
REQUEUED = Counter("radiant_voice_requeued_total", "Jobs that the sweeper has added to the stream again.")
DELETED = Counter("radiant_voice_recordings_deleted_total", "Recordings deleted at the end of their retention.")
