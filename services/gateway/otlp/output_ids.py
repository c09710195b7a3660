"""Output ids that spans set themselves, so that later log records can refer to the span."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.otlp.convert.items import (
    ConvertedRequest,
    FeedbackItem,
    ManifestItem,
    Rejection,
    SpanKey,
    derived_output_id,
)


class OutputIds:
    """Output ids by tenant and span.

    If there are too many, the oldest one of the tenant with the most is removed, so that a tenant cannot remove those
    of others.
    """

    def __init__(self, spans_max: int) -> None:
        """`spans_max` is the number of stored ids."""
        self._spans_max, self._count = spans_max, 0
        self._tenants: dict[str, dict[SpanKey, str]] = {}

    def add(self, tenant: str, items: Iterable[ManifestItem]) -> None:
        """Stores the ids of manifests; call it only after ingest has accepted the caller."""
        own = self._tenants.setdefault(tenant, {})
        before = len(own)
        for each in items:
            if each.has_own_output_id:
                own[each.position.span] = each.manifest.output_id
        self._count += len(own) - before
        if not own:
            del self._tenants[tenant]
        while self._count > self._spans_max:
            self._remove_oldest()

    def get(self, tenant: str, span: SpanKey) -> str | None:
        """Returns the id that a span of the tenant set; None if there is none."""
        return self._tenants.get(tenant, {}).get(span)

    def resolve(self, tenant: str, converted: ConvertedRequest) -> None:
        """Sets the output ids of feedback on spans. Feedback on a span without output id becomes a rejection."""
        converted.feedback = [each for each in converted.feedback if self._is_resolved(tenant, each, converted)]

    def _is_resolved(self, tenant: str, item: FeedbackItem, converted: ConvertedRequest) -> bool:
        span = item.position.span
        if not item.is_output_derived:
            return True
        if (output_id := self.get(tenant, span)) is not None:
            item.feedback.output_id = output_id
        elif not derived_output_id(span):
            why = "is required, because the span is not a recorded output"
            converted.rejections.append(Rejection("feedback", item.position, "gen_ai.response.id", why))
            return False
        return True

    def _remove_oldest(self) -> None:
        tenant = max(self._tenants, key=lambda each: len(self._tenants[each]))
        own = self._tenants[tenant]
        del own[next(iter(own))]
        self._count -= 1
        if not own:
            del self._tenants[tenant]
