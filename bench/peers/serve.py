"""A contender's side of the protocol, in Python: see serve.mjs."""

import json
import math
import random
import sys
import time

PREFIX = "@peer "
SAMPLE_TIME = 0.5e-3  # seconds; a sample lasts at least this long


def answer(value):
    sys.stdout.write(PREFIX + json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(set_up):
    """`set_up(task)` returns a function that does the work once, the libraries' versions, and a remark or None."""
    try:
        call, versions, note = set_up(json.loads(sys.argv[1]))
        answer({"ready": True, "versions": versions, "note": note})
        latest = 1e-3
        for line in sys.stdin:
            seconds = json.loads(line)["seconds"]
            samples = []
            begin = time.perf_counter()
            while True:
                count = max(1, math.ceil(SAMPLE_TIME / latest))
                start = time.perf_counter()
                for _ in range(count):
                    call()
                latest = (time.perf_counter() - start) / count
                samples.append(1000 * latest)
                if time.perf_counter() - begin >= seconds:
                    break
            answer({"milliseconds": samples})
    except Exception as error:  # Reported to the parent, whatever it is.
        answer({"error": f"{type(error).__name__}: {error}"[:500]})
        sys.exit(1)


def random_integers(count, limit):
    source = random.Random(1)
    return [source.randrange(limit) for _ in range(count)]
