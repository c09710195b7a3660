"""An S3 server for tests, and its environment."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from cli.embedded.process import free_port

START_S = 30.0


def asked(url: str, method: str = "GET") -> str:
    """Sends an HTTP request to the server and returns the answer."""
    with urlopen(Request(url, method=method), timeout=5) as answer:
        return str(answer.read().decode())


@contextlib.contextmanager
def running_buckets() -> Iterator[str]:
    """Runs an S3 server and provides its address."""
    address = f"127.0.0.1:{free_port()}"
    host, port = address.split(":")
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", host, "-p", port]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                asked(f"http://{address}/moto-api/data.json")
                break
            except (URLError, ConnectionError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def emptied(server: str, bucket: str) -> dict[str, str]:
    """Resets the server to one empty bucket and returns the environment for it."""
    asked(f"{server}/moto-api/reset", "POST")
    asked(f"{server}/{bucket}", "PUT")
    return {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }


def keys(server: str, bucket: str) -> list[str]:
    """Returns the keys in a bucket, including those of unfinished uploads."""
    listed = asked(f"{server}/{bucket}?list-type=2") + asked(f"{server}/{bucket}?uploads")
    return [each.partition("</Key>")[0] for each in listed.split("<Key>")[1:]]
