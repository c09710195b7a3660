"""Runs one command and ends it when standard input closes.

The starting process holds the other end of the pipe. An orderly stop and a crash of that process (also by kill -9)
are therefore the same event: end of file. If the guard itself is killed, Linux sends the stop signal to the child
(PR_SET_PDEATHSIG); on other systems the next start finds the process and stops it.

Only the standard library is imported, so that `python -I -S guard.py` starts within about 20 ms.
Arguments: stop signal, grace in seconds before SIGKILL, user id to run as ("-" keeps the current one), command.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import Any

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Runs the command to its end and returns its exit code (128 + N for signal N)."""
    os.umask(0o077)  # files of the child are private
    stop_signal, grace, user, *command = arguments
    child = _start(command, signal.Signals(int(stop_signal)), user)
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=_end, args=(child, int(stop_signal), float(grace)), daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    threading.Thread(target=_await_starter, args=(stop,), daemon=True).start()
    os.write(1, f"{child.pid}\n".encode())
    code = child.wait()
    return 128 - code if code < 0 else code


def _start(command: list[str], stop_signal: signal.Signals, user: str) -> subprocess.Popen[bytes]:
    identity: dict[str, Any] = {}
    if user != "-":
        identity = {"user": int(user), "group": int(user), "extra_groups": [], "cwd": "/"}
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        # Safe here: the guard has no second thread yet. The setting must come after the change of user,
        # which would clear it; subprocess calls this function last.
        identity["preexec_fn"] = lambda: libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2, stderr=2, **identity)


def _await_starter(stop: Any) -> None:
    while os.read(0, 4096):
        pass
    stop()


def _end(child: subprocess.Popen[bytes], stop_signal: int, grace: float) -> None:
    child.send_signal(stop_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    if child.poll() is None:
        child.kill()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as problem:
        os.write(1, f"! {problem}\n".encode())
        sys.exit(127)
