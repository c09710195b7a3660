"""Audio as a sequence of chunks that fit into one message each."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

Audio = bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]
"""A complete recording, or an iterable of pieces of any size, such as a file opened in binary mode."""
CHUNK_BYTES_MAX = 64 * 1024
"""Largest chunk of audio in one message, in bytes."""


def is_repeatable(audio: Audio) -> bool:
    """Returns whether the audio can be read more than once. An iterator can be read only once."""
    return not isinstance(audio, Iterator | AsyncIterator)


async def audio_chunks(audio: Audio) -> AsyncIterator[bytes]:
    """Yields the audio in non-empty chunks of at most CHUNK_BYTES_MAX bytes."""
    async for piece in _pieces(audio):
        for start in range(0, len(piece), CHUNK_BYTES_MAX):
            yield bytes(piece[start : start + CHUNK_BYTES_MAX])


async def _pieces(audio: Audio) -> AsyncIterator[bytes | bytearray | memoryview]:
    """Yields the pieces of the audio as the caller provides them."""
    if isinstance(audio, bytes | bytearray | memoryview):
        yield audio
    elif isinstance(audio, AsyncIterable):
        async for piece in audio:
            yield piece
    else:
        for piece in audio:
            yield piece
