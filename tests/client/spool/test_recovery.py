"""Recovery of records and dead letters of ended processes."""

from pathlib import Path

from radiant.ingest.v1 import ingest_service_pb2
from radiant_client.spool.folder import Slot
from radiant_client.spool.recovery import move_records
from radiant_client.spool.store import Letter, SpoolStore


def contents(store: SpoolStore) -> list[bytes]:
    """Returns the requests in order."""
    return [one.request for one in store.records()]


def test_records_of_ended_process_are_moved_within_the_limits(tmp_path: Path) -> None:
    requests = [
        ingest_service_pb2.RetractFeedbackRequest(output_id=f"o{number}", user_id="u").SerializeToString()
        for number in range(5)
    ]
    orphan = Slot.first_free(tmp_path)
    store = SpoolStore(orphan.file)
    store.append([("RetractFeedback", one) for one in requests])
    store.finish([], [Letter("RetractFeedback", requests[0], "NO", "no", 1.0)])
    store.close()
    own = Slot.first_free(tmp_path)
    assert Slot.orphaned(tmp_path, own.folder) == [], "the slot is locked"
    orphan.close()
    own_store = SpoolStore(own.file)
    for limits, moved, remaining in (((3, 10_000), 3, 2), ((9, len(requests[0])), 4, 1), ((9, 10_000), 5, 0)):
        (slot,) = Slot.orphaned(tmp_path, own.folder)
        move_records(slot, own_store, *limits)
        assert contents(own_store) == requests[:moved]
        assert slot.file.exists() == (remaining > 0)
        slot.close()
    assert Slot.orphaned(tmp_path, own.folder) == []
    assert len(own_store.letters()) == 1
    own_store.close()
    own.close()
