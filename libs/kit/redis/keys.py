"""Keys of one tenant, hash-tagged so that all of them lie in one slot of a cluster."""

from urllib.parse import quote

PREFIX = "radiant:"


def tenant_key(tenant: str, *parts: str) -> str:
    """Returns `radiant:{tenant}:part:part`; whatever the parts contain, two keys never meet."""
    return f"{PREFIX}{{{quote(tenant, safe='')}}}" + "".join(":" + quote(part, safe="") for part in parts)
