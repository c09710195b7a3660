"""Addresses of databases, taken apart and put together."""

from urllib.parse import quote, urlsplit


def role_url(url: str, role: str, password: str) -> str:
    """Returns the same server and database, as that role."""
    parts = urlsplit(url)
    _, _, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{place}").geturl()
