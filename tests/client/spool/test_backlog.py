"""Index of the spool: order of records that share a key."""

from hypothesis import given
from hypothesis import strategies as st

from radiant_client.spool.backlog import Backlog, RecordSummary

KEYS = st.frozensets(st.integers(0, 5), min_size=1, max_size=3)


@given(st.lists(st.tuples(KEYS, st.booleans()), max_size=30), st.integers(1, 8))
def test_next_records_of_any_backlog_keep_the_order_of_each_key(
    records: list[tuple[frozenset[int], bool]], limit: int
) -> None:
    backlog = Backlog()
    for seq, (keys, is_held) in enumerate(records):
        backlog.reserve(keys, 1)
        backlog.append(RecordSummary(seq, keys, 1, 0.0))
        if is_held:
            backlog.hold(seq, 10.0)
    chosen = backlog.next_records(limit, 5.0)
    assert len(chosen) <= limit
    for seq in chosen:
        older = [keys for keys, _ in records[:seq]]
        assert all(keys.isdisjoint(records[seq][0]) for keys in older)
    oldest = [seq for seq, (keys, _) in enumerate(records) if all(keys.isdisjoint(one[0]) for one in records[:seq])]
    assert chosen == [seq for seq in oldest if not records[seq][1]][:limit]
    for seq in range(len(records)):
        backlog.remove(seq)
    assert (backlog.records, backlog.bytes, backlog.has_any_key(frozenset(range(6)))) == (0, 0, False)
