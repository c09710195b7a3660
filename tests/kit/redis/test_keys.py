"""Redis keys: different tenants and names have different keys."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from kit.redis.keys import PREFIX, tenant_key

TEXT = st.text(st.sampled_from(":{}%/ab-") | st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.tuples(TEXT, st.lists(TEXT, max_size=4).map(tuple))


@given(NAMES, NAMES)
@example(("a", ()), ("a", ("",)))
@example(("a", ("", "")), ("a", ("",)))
@example(("a", ("b:c",)), ("a", ("b", "c")))
@example(("a}:b", ("c",)), ("a", ("b", "c")))
@example(("a", ("%3A",)), ("a", (":",)))
def test_keys_of_different_names_differ(one: tuple[str, tuple[str, ...]], other: tuple[str, tuple[str, ...]]) -> None:
    assume(one != other)
    assert tenant_key(one[0], *one[1]) != tenant_key(other[0], *other[1])


@given(NAMES)
def test_hash_tag_of_key_is_the_tenant(name: tuple[str, tuple[str, ...]]) -> None:
    key = tenant_key(name[0], *name[1])
    assert key.startswith(PREFIX + "{")
    assert (key.count("{"), key.count("}")) == (1, 1)
    tag = key[key.index("{") + 1 : key.index("}")]
    assert tenant_key(name[0], "another").startswith(f"{PREFIX}{{{tag}}}:")


def test_key_is_readable() -> None:
    assert tenant_key("acme", "board", "u-1", "chat") == "radiant:{acme}:board:u-1:chat"
