"""Keys of one tenant, with a hash tag that places them in one slot of a Redis Cluster."""

from urllib.parse import quote

PREFIX = "radiant:"


def tenant_key(tenant: str, *parts: str) -> str:
    """Returns `radiant:{tenant}:part:part`. Parts are escaped, so that different parts give different keys."""
    return f"{PREFIX}{{{quote(tenant, safe='')}}}" + "".join(":" + quote(part, safe="") for part in parts)
