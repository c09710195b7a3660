"""Recordings as they are sent: a header, then chunks that the service takes."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator

from radiant.ingest.v1 import ingest_service_pb2

Audio = bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]
"""A recording as a whole, or its pieces of any size, such as a file that was opened for reading bytes."""
CHUNK_BYTES = 64 * 1024
Part = ingest_service_pb2.SubmitVoiceFeedbackRequest


def is_repeatable(audio: Audio) -> bool:
    """Tells whether a recording can be read again from its beginning, which an iterator cannot."""
    return not isinstance(audio, Iterator | AsyncIterator)


async def parts_of(header: ingest_service_pb2.VoiceHeader, audio: Audio) -> AsyncGenerator[Part, None]:
    """Yields all that is sent of a recording."""
    yield Part(header=header)
    async for piece in pieces_of(audio):
        yield Part(chunk=piece)


async def pieces_of(audio: Audio) -> AsyncIterator[bytes]:
    """Yields a recording in chunks that the services take, none of them empty."""
    async for piece in _pieces(audio):
        for start in range(0, len(piece), CHUNK_BYTES):
            yield bytes(piece[start : start + CHUNK_BYTES])


async def _pieces(audio: Audio) -> AsyncIterator[bytes | bytearray | memoryview]:
    if isinstance(audio, bytes | bytearray | memoryview):
        yield audio
    elif isinstance(audio, AsyncIterable):
        async for piece in audio:
            yield piece
    else:
        for piece in audio:
            yield piece
