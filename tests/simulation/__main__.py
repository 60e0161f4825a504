"""Runs simulated histories: `python -m tests.simulation --runs N --seed S`."""

import argparse
import sys
import time

from tests.simulation.history import run_history


def main() -> int:
    """Run histories one after another and stop at the first failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=1000, help="number of histories (default: 1000)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="seed of the first history; each further one adds 1 (default: 1)",
    )
    options = parser.parse_args()
    started = time.monotonic()
    for number in range(options.runs):
        failed = run_history(options.seed + number)
        if failed is not None:
            print(failed)
            return 1
        if (number + 1) % 1000 == 0:
            seconds = time.monotonic() - started
            print(f"{number + 1} histories in {seconds:.0f} s", file=sys.stderr, flush=True)
    print(f"{options.runs} histories passed, {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
