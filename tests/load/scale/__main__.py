"""`make simulate-scale`: plays the story, prints its figures, and writes them into the documentation."""

import argparse
import gc
import json
import sys
import time

from tests.load.scale.arithmetic import write_tables
from tests.load.scale.inputs import scaled
from tests.load.scale.report import RESULTS, printed, write_page
from tests.load.scale.story import Story


def main() -> None:
    """Play the story, or only write the documentation anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="keep the figures, and write them into docs/")
    parser.add_argument("--only-write", action="store_true", help="write docs/ from the figures that are kept")
    given = parser.parse_args()
    if not given.only_write:
        play(given.connections, write=given.write)
    if given.write or given.only_write:
        write_page()
        write_tables()


def play(connections: int, *, write: bool) -> None:
    """Play the story and print it."""
    gc.disable()  # nothing here is cyclic, and looking through millions of objects takes longer than the story
    began = time.process_time()
    result = Story(scaled(connections), sys.stderr.write).play()
    sys.stdout.write(f"{printed(result)}\n\n{time.process_time() - began:.0f} s of CPU\n")
    if write:
        (RESULTS / "after.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
