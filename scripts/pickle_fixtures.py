"""Writes the same Python value in every pickle protocol, for the tests of the pickle reader.

    python scripts/pickle_fixtures.py
"""

import collections
import datetime
import pathlib
import pickle

FOLDER = pathlib.Path(__file__).parent.parent / "crates/models/tests/fixtures/pickle"

def main():
    shared = ["twice"]
    value = {
        "none": None,
        "truth": [True, False],
        "integers": (0, 255, 256, -1, 65536, 2**31, -(2**40), 2**62),
        "number": 1.5,
        "text": "naïve – текст",
        "nested": {"list": [[], [1, [2]]], "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4))},
        "shared": [shared, shared],
        "ordered": collections.OrderedDict(a=1, b=2),
        "class": datetime.date,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for protocol in range(6):
        (FOLDER / f"protocol{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))

if __name__ == "__main__":
    main()
