"""The token of a stream, which the service ends when the token expires."""

from radiant_client.transport.channel import Connection
from radiant_client.transport.errors import RadiantClientError

TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - the reason of a status
"""Reason of the status of a stream whose token has expired."""


class StreamToken:
    """Returns the metadata of each connection of a stream, and recognises an end that needs a new token."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sent: tuple[tuple[str, str], ...] = ()

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Returns the metadata with the current token."""
        self._sent = self._connection.metadata()
        return self._sent

    def is_renewed(self, error: RadiantClientError) -> bool:
        """Returns whether the stream ended because its token expired and the token function returns another one.

        The stream is then opened again and nothing has failed.
        """
        if error.reason != TOKEN_EXPIRED or isinstance(self._connection.token, str):
            return False
        return self._connection.metadata() != self._sent
