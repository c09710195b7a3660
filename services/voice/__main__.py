"""`python -m voice`: the server and, unless told otherwise, a worker beside it in the same process."""

import asyncio
import os
import sys

from voice.process import main

if __name__ == "__main__":
    sys.exit(main(os.environ, asyncio.run, serves=True))
