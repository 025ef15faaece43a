"""Writes crf.json: loss and gradients of a linear-chain conditional random field, by PyTorch in float64.

The loss is minus the log-probability of the tags of all rows, divided by their steps. The normaliser is the forward
algorithm, written out below with a matrix of transitions in which forbidden ones are minus infinity; the small cases must
agree with a sum over all paths. "gradients" are those by the logits, zero beyond a row's length, and by the scores of the
transitions ("between", in the order of "from" and "to"), of the first and of the last tag. "best" are the paths with the
highest score, by Viterbi's algorithm, in the small cases also by trying all; "marginals" the probabilities of each tag at
each step, which are the derivatives of the normalisers by the logits.

    python test/goldens/losses/make_crf.py
"""

import sys
from itertools import product
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import flat, write

never = -torch.inf


def score(logits, tags, scores):
    matrix, first, last = scores
    steps = sum(logits[t, k] for t, k in enumerate(tags))
    return steps + first[tags[0]] + last[tags[-1]] + sum(matrix[j, k] for j, k in zip(tags, tags[1:]))


def forward(logits, scores):
    matrix, first, last = scores
    alpha = first + logits[0]
    for row in logits[1:]:
        alpha = torch.logsumexp(alpha[:, None] + matrix, 0) + row
    return torch.logsumexp(alpha + last, 0)


def all_paths(logits, scores):
    paths = product(range(logits.shape[1]), repeat=logits.shape[0])
    return torch.logsumexp(torch.stack([score(logits, path, scores) for path in paths]), 0)


def viterbi(logits, scores):
    matrix, first, last = scores
    best, before = first + logits[0], []
    for row in logits[1:]:
        best, where = (best[:, None] + matrix).max(0)
        best = best + row
        before.append(where)
    path = [(best + last).argmax().item()]
    for where in reversed(before):
        path.insert(0, where[path[0]].item())
    return path


def highest(logits, scores):
    paths = list(product(range(logits.shape[1]), repeat=logits.shape[0]))
    return list(paths[torch.stack([score(logits, path, scores) for path in paths]).argmax()])


def case(seed, T, K, lengths, note, forbidden=(), begin=None, end=None, scale=1.0, small=False):
    """`forbidden`: pairs of tags; `begin` and `end`: the tags that may be first and last, by default all."""
    torch.manual_seed(seed)
    B = len(lengths)
    allowed = [(j, k) for j in range(K) for k in range(K) if (j, k) not in forbidden]
    begin, end = (list(range(K)) if tags is None else tags for tags in (begin, end))
    logits = (torch.randn(T, B, K) * scale).requires_grad_()
    between = (torch.randn(len(allowed)) * scale).requires_grad_()
    first, last = ((torch.randn(K) * scale).requires_grad_() for _ in range(2))
    paths = [
        [
            path
            for path in product(range(K), repeat=min(n, 5))
            if path[0] in begin and path[-1] in end and all(pair in allowed for pair in zip(path, path[1:]))
        ]
        for n in lengths
    ]
    tags = [list(some[torch.randint(len(some), (1,)).item()]) for some in paths]
    for row, n in zip(tags, lengths):
        while len(row) < n:  # a step of the longer ones that leaves the end as it is
            row.insert(1, next(k for k in range(K) if (row[0], k) in allowed and (k, row[1]) in allowed))

    def masked(values, tags):
        return torch.where(torch.tensor([k in tags for k in range(K)]), values, never)

    rows, columns = zip(*allowed)
    matrix = torch.full((K, K), never).index_put((torch.tensor(rows), torch.tensor(columns)), between)
    scores = matrix, masked(first, begin), masked(last, end)
    by = [logits, between, first, last]
    measured = []
    for normaliser in [forward] + ([all_paths] if small else []):
        loss = sum(
            normaliser(logits[:n, b], scores) - score(logits[:n, b], tags[b], scores) for b, n in enumerate(lengths)
        ) / sum(lengths)
        measured.append((loss, *torch.autograd.grad(loss, by, retain_graph=True)))
    for other in measured[1:]:
        torch.testing.assert_close(other, measured[0], rtol=1e-10, atol=1e-13)
    loss, *gradients = measured[0]
    rows_of = [logits[:n, b] for b, n in enumerate(lengths)]
    best = [viterbi(row, scores) for row in rows_of]
    if small and scale > 0:
        assert best == [highest(row, scores) for row in rows_of]
    marginals = torch.autograd.grad(sum(forward(row, scores) for row in rows_of), logits, retain_graph=True)[0]
    names = ["logits", "between", "first", "last"]
    return {
        "note": note,
        "seed": seed,
        "sizes": {"T": T, "B": B, "K": K},
        "lengths": lengths,
        "from": list(rows),
        "to": list(columns),
        "begin": begin,
        "end": end,
        "tags": tags,
        **{name: flat(values) for name, values in zip(names, by)},
        "expected": {
            "loss": loss.item(),
            "gradients": {n: flat(g) for n, g in zip(names, gradients)},
            "best": best,
            "marginals": flat(marginals),
        },
    }


cases = [
    case(1, 5, 3, [5, 4, 1], "small: by all paths", small=True),
    case(2, 4, 4, [4, 4, 2], "small: by all paths, with forbidden pairs, first and last tags",
         forbidden=[(0, 1), (2, 1), (3, 3)], begin=[0, 2, 3], end=[0, 1], small=True),
    case(3, 5, 3, [5, 3], "small: by all paths, all scores zero", scale=0.0, small=True),
    case(4, 25, 7, [25, 18, 6], "longer rows", forbidden=[(0, 2), (5, 6)], begin=[0, 1, 3, 4, 5]),
    case(5, 12, 5, [12, 12], "sharp scores", scale=6.0),
]
write(__file__, {"script": "test/goldens/losses/make_crf.py", "cases": cases})
