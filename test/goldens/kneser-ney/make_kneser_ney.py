"""Writes kneser-ney.json: probabilities of interpolated Kneser-Ney models, stated slowly from the formulas.

Shares nothing with the code under test: n-grams are tuples, every count is taken from the whole text each time.
Chen & Goodman 1998, TR-10-98. Python 3, no packages.
"""

import json
from pathlib import Path
from fractions import Fraction

V, BOUNDARY = 7, 0


def text(length, seed):
    """A repetitive text, by a linear congruential generator."""
    ids, state = [], seed
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2**31
        draw = (state >> 16) % 10
        ids.append((ids[-1] * 2 + 1) % V if ids and draw < 5 else min(draw, V - 2))  # 6 comes rarely
    return ids


def ngrams(ids, n, order):
    """All n-grams that end at a symbol of the text."""
    padded = [BOUNDARY] * (order - 1) + ids
    return [tuple(padded[end - n : end]) for end in range(order, len(padded) + 1)]


def count(ids, n, order):
    """gram -> its count: occurrences at the highest order, below it different symbols before."""
    if n == order:
        grams = ngrams(ids, n, order)
        return {g: grams.count(g) for g in set(grams)}
    longer = set(ngrams(ids, n + 1, order))
    return {g: sum(1 for l in longer if l[1:] == g) for g in set(l[1:] for l in longer)}


def discount(counts, modified):
    n = [None] + [sum(1 for c in counts.values() if c == k) for k in (1, 2, 3, 4)]
    y = Fraction(n[1], n[1] + 2 * n[2]) if n[1] + n[2] else Fraction(1, 2)
    y = y or Fraction(1, 2)
    if modified and all(n[1:4]):
        d = [k - (k + 1) * y * Fraction(n[k + 1], n[k]) for k in (1, 2, 3)]
        if all(0 < d[k] <= k + 1 for k in range(3)):
            return d
    return [y, y, y]


def probability(tables, history, w):
    """Recursion from the longest history to none."""
    n = len(history) + 1
    counts, d = tables[n]
    lower = probability(tables, history[1:], w) if history else Fraction(1, V)
    after = {g: c for g, c in counts.items() if g[:-1] == history}
    total = sum(after.values())
    if total == 0:
        return lower
    own = after.get(history + (w,), 0)
    kept = own - d[min(own, 3) - 1] if own else 0
    held = sum(d[min(c, 3) - 1] for c in after.values())
    return (kept + held * lower) / total


cases = []
for length, seed in ((90, 3), (11, 5)):
    train, test = text(length, seed), text(25, 8)
    for order in (1, 2, 3, 5):
        for kind in ("modified", "one"):
            tables = {}
            for n in range(1, order + 1):
                counts = count(train, n, order)
                tables[n] = (counts, discount(counts, kind == "modified"))
            padded = [BOUNDARY] * (order - 1) + test
            found = [
                float(probability(tables, tuple(padded[t : t + order - 1]), padded[t + order - 1]))
                for t in range(len(test))
            ]
            cases.append(
                {
                    "order": order,
                    "kind": kind,
                    "train": train,
                    "test": test,
                    "discounts": [[float(x) for x in tables[n][1]] for n in tables],
                    "probabilities": found,
                }
            )

content = {"script": "test/goldens/kneser-ney/make_kneser_ney.py", "vocabulary": V, "cases": cases}
Path(__file__).with_name("kneser-ney.json").write_text(json.dumps(content) + "\n")
