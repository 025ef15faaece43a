"""A contender's side of the conversation, in Python: as serve.mjs, which see. Knows no library."""

import json
import math
import random
import sys
import time

MARK = "@peer "
SAMPLE_TIME = 0.5e-3  # seconds; a sample lasts this long at least


def answer(value):
    sys.stdout.write(MARK + json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(set_up):
    """`set_up(task)` gives a function that does the work once, the libraries' versions, and a note or None."""
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
    except Exception as error:  # The other side is told whatever it is.
        answer({"error": f"{type(error).__name__}: {error}"[:500]})
        sys.exit(1)


def random_wholes(count, limit):
    source = random.Random(1)
    return [source.randrange(limit) for _ in range(count)]
