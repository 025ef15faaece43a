"""Writes classification.json: counts, precision, recall and F1 of random classes, and F1 of spans of BIO tags.

Stated as definitions on lists of positions and sets of spans, with numpy for means only. Precision without
predictions, recall without examples and F1 without either are 0, as scikit-learn's zero_division=0.

    python test/goldens/measure/classification.py
"""

import json
import random
import sys
from pathlib import Path

import numpy as np


def ratio(a, b):
    return a / b if b else 0.0


def scores(found, wanted):
    """Precision, recall and F1 of two sets."""
    both = len(found & wanted)
    return [ratio(both, len(found)), ratio(both, len(wanted)), ratio(2 * both, len(found) + len(wanted))]


def report(targets, predictions, classes):
    counted = [i for i, t in enumerate(targets) if t >= 0]
    each = []
    for k in range(classes):
        wanted = {i for i in counted if targets[i] == k}
        found = {i for i in counted if predictions[i] == k}
        each.append([*scores(found, wanted), len(wanted)])
    f1, support = [row[2] for row in each], [row[3] for row in each]
    return {
        "accuracy": float(np.mean([targets[i] == predictions[i] for i in counted])),
        "each": each,
        "macroF1": float(np.mean(f1)),
        "weightedF1": float(np.average(f1, weights=support)),
        "confusion": [
            [sum(targets[i] == a and predictions[i] == b for i in counted) for b in range(classes)]
            for a in range(classes)
        ],
    }


def spans(tags):
    """A span of a type goes from a B, or an I that does not go on with the same type, to before the next such or O."""
    out, n = set(), len(tags)
    for start in range(n):
        prefix, _, kind = tags[start].partition("-")
        goes_on = start > 0 and tags[start - 1] in (f"B-{kind}", f"I-{kind}")
        if prefix == "B" or (prefix == "I" and not goes_on):
            end = next((e for e in range(start + 1, n) if tags[e] != f"I-{kind}"), n)
            out.add((start, end, kind))
    return out


def span_report(targets, predictions):
    wanted = {(i, *s) for i, tags in enumerate(targets) for s in spans(tags)}
    found = {(i, *s) for i, tags in enumerate(predictions) for s in spans(tags)}
    kinds = sorted({s[-1] for s in wanted | found})
    by_type = {
        k: [*scores({s for s in found if s[-1] == k}, {s for s in wanted if s[-1] == k}), sum(s[-1] == k for s in wanted)]
        for k in kinds
    }
    return {"all": [*scores(found, wanted), len(wanted)], "byType": by_type}


def main():
    draw = random.Random(20021)
    classified = []
    for index in range(24):
        classes = draw.randint(2, 7)
        n = draw.choice([1, 2, 5, 13, 40])
        used = draw.sample(range(classes), draw.randint(1, classes))  # others have no examples
        targets = [draw.choice(used) if draw.random() > 0.1 else -1 for _ in range(n)]
        targets[0] = used[0]
        predictions = [t if t >= 0 and draw.random() < 0.6 else draw.randrange(classes) for t in targets]
        expected = report(targets, predictions, classes)
        classified.append({"classes": classes, "targets": targets, "predictions": predictions, "expected": expected})
    tagged = []
    alphabet = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG"]
    for index in range(24):
        targets = [[draw.choice(alphabet) for _ in range(draw.randint(0, 9))] for _ in range(draw.randint(1, 4))]
        predictions = [[t if draw.random() < 0.7 else draw.choice(alphabet) for t in tags] for tags in targets]
        tagged.append({"targets": targets, "predictions": predictions, "expected": span_report(targets, predictions)})
    head = {
        "script": "test/goldens/measure/classification.py",
        "python": sys.version.split()[0],
        "numpy": np.__version__,
    }
    cases = [{"classified": c, "tagged": t} for c, t in zip(classified, tagged)]
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    path = Path(__file__).with_suffix(".json")
    path.write_text(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{path.name}: {path.stat().st_size} bytes")


main()
