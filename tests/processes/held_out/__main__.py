"""Print the scores of a part, and with ``--misses`` what went wrong: ``python -m tests.processes.held_out dev --misses``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.processes.held_out import scoring
from tests.service import Service


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=scoring.PARTS)
    parser.add_argument("--misses", action="store_true", help="print what went wrong (not of the parts that are counted only)")
    parser.add_argument("--only", choices=["queries", "conversations"])
    args = parser.parse_args()
    if args.misses and args.part in scoring.UNSEEN:
        parser.error(f"{args.part} is counted only")
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder)).start()
        try:
            for score in (scoring.queries, scoring.conversations):
                if args.only and score.__name__ != args.only:
                    continue
                counts, missed = score(service, f"{score.__name__}_{args.part}")
                for miss in missed if args.misses else ():
                    print(f"  {miss.said} ! {miss.wanted}")
                    print("      " + miss.came.replace("\n", "\n      "))
                for key, (hits, of) in counts.items():
                    print(f"{score.__name__} {key:14} {hits:4}/{of:<4} {hits / of:.1%}")
                if score is scoring.conversations:
                    hits, of = map(sum, zip(*counts.values()))
                    print(f"{score.__name__} {'all':14} {hits:4}/{of:<4} {hits / of:.1%}")
        finally:
            service.stop()


if __name__ == "__main__":
    main()
