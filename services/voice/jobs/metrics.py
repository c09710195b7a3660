"""What operators see of the queue and the workers."""

from __future__ import annotations

from kit.metrics import Counter, Gauge, Histogram

WAITING = Gauge("radiant_voice_waiting", "Recordings that wait or are being heard, of all tenants.", ["status"])
OLDEST = Gauge("radiant_voice_oldest_waiting_seconds", "Age of the oldest recording that is not yet done.")
OUTCOMES = Counter("radiant_voice_jobs_total", "Attempts that ended, by how.", ["outcome"])
HEARD = Counter("radiant_voice_heard_seconds_total", "Audio of jobs that were completed.")
TOOK = Histogram(
    "radiant_voice_job_seconds",
    "From the claim of a job to its durable result.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600),
)
REQUEUED = Counter("radiant_voice_requeued_total", "Jobs that the sweeper put into the stream again.")
DELETED = Counter("radiant_voice_recordings_deleted_total", "Recordings deleted because of their age.")
