"""Writes the OpenAPI document as JSON to standard output: `python -m gateway.openapi`."""

from __future__ import annotations

import argparse
import json
import sys

from gateway.openapi.document import document


def main() -> None:
    """Parses the arguments and writes the document."""
    parser = argparse.ArgumentParser(prog="python -m gateway.openapi", description=__doc__)
    parser.add_argument("--all-messages", action="store_true", help="add the messages that only gRPC methods use")
    arguments = parser.parse_args()
    json.dump(document(has_all_messages=arguments.all_messages), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
