"""URLs of databases."""

from urllib.parse import quote, urlsplit


def role_url(url: str, role: str, password: str) -> str:
    """Returns the URL of the same server and database with another role and password."""
    parts = urlsplit(url)
    _, _, host_and_port = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{host_and_port}").geturl()
