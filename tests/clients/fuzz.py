"""`make fuzz`: schemathesis against a running service, all checks; fails below 5,000 cases or with any failure.

Arguments are passed on to `schemathesis run`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from serving import PROJECT, service

LEAST_CASES = 5000


def main() -> int:
    """Run it; the exit status."""
    program = Path(sys.executable).parent / "schemathesis"
    with service() as address:
        command = [str(program), "--config-file", str(Path(__file__).parent / "schemathesis.toml"), "run"]
        done = subprocess.Popen(
            [*command, f"{address}/openapi.json", *sys.argv[1:]], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        said = []
        for line in done.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            said.append(line)
        status = done.wait()
    found = re.search(r"([\d,]+) generated", "".join(said))
    cases = int(found.group(1).replace(",", "")) if found else 0
    if status == 0 and cases < LEAST_CASES:
        sys.stdout.write(f"only {cases} cases were generated; {LEAST_CASES} are asked for\n")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
