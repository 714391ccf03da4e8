"""Draw docs/learning_time.png from benchmarks/results/curves.json: .venv/bin/python docs/make_learning_time.py."""

from __future__ import annotations

import json
from pathlib import Path

from pynn_sfdfa import plotting
from pynn_sfdfa.benchmark.pictures import learning_picture

HERE = Path(__file__).parent


def main(
    results: Path = HERE.parent / "benchmarks" / "results" / "curves.json", picture: Path = HERE / "learning_time.png"
) -> None:
    """Write the picture."""
    plotting.save(learning_picture(json.loads(results.read_text(encoding="utf-8"))), picture)


if __name__ == "__main__":
    main()
