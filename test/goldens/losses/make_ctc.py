"""Writes ctc.json: connectionist temporal classification's loss and gradient, by PyTorch in float64.

torch.nn.functional.ctc_loss of log_softmax(logits), blank 0. "losses" are the rows' negative
log-likelihoods, "loss" their plain mean (not divided by the labels' lengths), "gradient" that of
"loss" by the logits, zero beyond a row's length. Every case must agree with the forward recursion
written out below, and the small ones with a sum over all alignments.

    python test/goldens/losses/make_ctc.py
"""

import sys
from itertools import groupby, product
from pathlib import Path

import torch
from torch.nn.functional import ctc_loss, log_softmax

sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import flat, write


def by_torch(logits, lengths, labels):
    return ctc_loss(
        log_softmax(logits, 2),
        torch.tensor([k for label in labels for k in label], dtype=torch.long),
        torch.tensor(lengths),
        torch.tensor([len(label) for label in labels]),
        blank=0,
        reduction="none",
    )


def rows(one):
    """Losses of all rows from the negative log-likelihood of one, given its log-probabilities."""

    def run(logits, lengths, labels):
        logp = log_softmax(logits, 2)
        return torch.stack([one(logp[:n, b], label) for b, (n, label) in enumerate(zip(lengths, labels))])

    return run


def recursion(logp, label):
    """Forward variables of the label with blanks around every symbol."""
    symbols = [0]
    for k in label:
        symbols += [k, 0]
    alpha = {s: logp[0, symbols[s]] for s in range(min(2, len(symbols)))}
    for row in logp[1:]:
        after = {}
        for s, k in enumerate(symbols):
            skip = s >= 2 and k != 0 and k != symbols[s - 2]
            reached = [alpha[r] for r in (s, s - 1, s - 2 if skip else s) if r in alpha]
            if not skip and s in alpha:
                reached.pop()  # s stood in for the skip
            if reached:
                after[s] = torch.stack(reached).logsumexp(0) + row[k]
        alpha = after
    ends = [alpha[s] for s in {len(symbols) - 1, max(len(symbols) - 2, 0)} if s in alpha]
    return -torch.stack(ends).logsumexp(0)


def all_alignments(logp, label):
    T, K = logp.shape
    fitting = [
        path for path in product(range(K), repeat=T) if [k for k, _ in groupby(path) if k != 0] == label
    ]
    return -torch.stack([sum(logp[t, k] for t, k in enumerate(path)) for path in fitting]).logsumexp(0)


def case(seed, T, K, lengths, labels, note, scale=1.5, small=False):
    torch.manual_seed(seed)
    B = len(lengths)
    logits = (torch.randn(T, B, K) * scale).requires_grad_()
    oracles = [by_torch, rows(recursion)] + ([rows(all_alignments)] if small else [])
    measured = []
    for oracle in oracles:
        losses = oracle(logits, lengths, labels)
        measured.append((losses, torch.autograd.grad(losses.mean(), logits)[0]))
    losses, gradient = measured[0]
    for other in measured[1:]:
        torch.testing.assert_close(other, measured[0], rtol=1e-10, atol=1e-13)
    for b, n in enumerate(lengths):
        assert not gradient[n:, b].any() and gradient[:n, b].any(1).all()
    return {
        "note": note,
        "seed": seed,
        "sizes": {"T": T, "B": B, "K": K},
        "logits": flat(logits),
        "lengths": lengths,
        "labels": labels,
        "expected": {"losses": flat(losses), "loss": losses.mean().item(), "gradient": flat(gradient)},
    }


torch.manual_seed(0)
long = torch.randint(1, 8, (2, 12)).tolist()
long[0][4] = long[0][3]
long[0][9] = long[0][8] = long[0][7]

cases = [
    case(1, 9, 5, [9, 7, 7, 4], [[1, 1, 2], [3], [], [4, 2, 2]],
         "a repeat, one symbol, an empty label, a label that just fits"),
    case(2, 6, 4, [6], [[1, 2, 1]], "all logits zero", scale=0),
    case(3, 30, 8, [30, 25], [long[0], long[1][:9]], "long labels"),
    case(4, 5, 3, [5, 5, 4, 3, 1], [[1, 1, 2], [2, 1], [1, 1], [], [2]], "small: by all alignments", small=True),
    case(5, 5, 3, [5, 4], [[1, 2], [2, 2]], "small: by all alignments, all logits zero", scale=0, small=True),
    case(6, 30, 5, [30], [[1, 2, 3, 3, 4]], "sharp logits", scale=40),
]
write(__file__, {"script": "test/goldens/losses/make_ctc.py", "cases": cases})
