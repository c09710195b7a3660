"""`python -m bench.supply`: audits the locked packages and writes a bill of materials (CycloneDX).

If the vulnerability database cannot be reached, the audit prints this and returns 0, with `--strict` 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

SHIPPED = Path("requirements/run.lock")
"""Packages of the bill of materials: those needed at run time."""

AUDITED = Path("requirements/develop.lock")
"""Packages of the audit: run time and development."""

OUT = Path("build/supply")
AUDIT_SECONDS_MAX = 180
FOUND_STATUS = 1
"""Exit status of pip-audit for vulnerabilities and for errors. Its report distinguishes them."""


def bill_of_materials(target: Path) -> int:
    """Writes the bill of materials and returns its number of components."""
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        str(SHIPPED),
        "--output-reproducible",
        "-o",
        str(target),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return len(json.loads(target.read_text()).get("components", []))


def vulnerabilities(target: Path) -> list[str] | None:
    """Returns the known vulnerabilities of the locked versions, or None if the database cannot be reached."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-r",
        str(AUDITED),
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    try:
        done = subprocess.run(
            [*command, "-f", "json", "-o", str(target)],
            capture_output=True,
            text=True,
            timeout=AUDIT_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode not in (0, FOUND_STATUS) or not target.exists():
        print((done.stderr.strip().splitlines() or ["no report"])[-1])
        return None
    listed = json.loads(target.read_text())["dependencies"]
    checked = [each for each in listed if "skip_reason" not in each]
    print(f"audit: {len(checked)} of {len(listed)} packages were found in the database")
    if not checked:
        return None
    return [f"{each['name']} {each['version']}: {flaw['id']}" for each in checked for flaw in each["vulns"]]


def main() -> int:
    """Returns 1 for a known vulnerability, and with --strict also if the audit was not possible."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true")
    strict = parser.parse_args().strict
    OUT.mkdir(parents=True, exist_ok=True)
    print(f"bill of materials: {bill_of_materials(OUT / 'sbom.json')} components in {OUT / 'sbom.json'}")
    found = vulnerabilities(OUT / "audit.json")
    if found is None:
        print("audit: skipped. The vulnerability database cannot be reached.")
        return 1 if strict else 0
    print("\n".join(found) or "audit: no known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
