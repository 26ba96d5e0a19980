"""`make simulate-scale`: plays the story and prints its figures."""

import argparse
import gc
import json
import sys
import time
from pathlib import Path

from tests.load.scale.inputs import scaled
from tests.load.scale.story import Story


def main() -> None:
    """Play the story."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    gc.disable()  # nothing here is cyclic, and looking through millions of objects takes longer than the story
    began = time.process_time()
    result = Story(scaled(given.connections)).play()
    text = json.dumps(result, indent=1)
    if given.json:
        given.json.write_text(text + "\n")
    sys.stdout.write(text + f"\n{time.process_time() - began:.0f} s of CPU\n")


if __name__ == "__main__":
    main()
