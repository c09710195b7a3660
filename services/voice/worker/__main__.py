"""`python -m voice.worker`: a worker alone; start as many as there are machines to hear."""

import asyncio
import os
import sys

from voice.engine.availability import why_off
from voice.process import main

if __name__ == "__main__":
    if reason := why_off():
        sys.stderr.write(f"{reason}\n")
        sys.exit(1)
    sys.exit(main(os.environ, asyncio.run, serves=False))
