"""Writes losses.json: losses and their gradients by the predictions, by PyTorch in float64.

N tokens, each a row of the predictions. The loss is sum_n w_n l_n / sum_n w_n; one weight is zero.
Cross-entropy leaves a token with target -1 out of both sums. What l_n is, is written below twice:
with PyTorch's own function or distribution, whose numbers are recorded, and as a plain equation
that must agree with it.

    python test/goldens/losses/make_losses.py
"""

import math
import sys
from pathlib import Path

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import flat, write

N = 7
LOG_2PI = math.log(2 * math.pi)


# Each takes predictions [N, width], targets and settings, and gives l [N].


def cross_entropy(x, t, s):
    return F.cross_entropy(x, t, ignore_index=-1, label_smoothing=s["smoothing"], reduction="none")


def plain_cross_entropy(x, t, s):
    a, K = s["smoothing"], x.shape[1]
    q = (1 - a) * F.one_hot(t.clamp(min=0), K) + a / K
    return -(q * (x - x.logsumexp(1, keepdim=True))).sum(1) * (t >= 0)


def sigmoids(x, t, s):
    return F.binary_cross_entropy_with_logits(x, t, reduction="none").sum(1)


def plain_sigmoids(x, t, s):
    return (x.clamp(min=0) - x * t + (1 + (-x.abs()).exp()).log()).sum(1)


def squared_error(x, t, s):
    return F.mse_loss(x, t, reduction="none").mean(1)


def plain_squared_error(x, t, s):
    return ((x - t) ** 2).mean(1)


def absolute_error(x, t, s):
    return F.l1_loss(x, t, reduction="none").mean(1)


def plain_absolute_error(x, t, s):
    return (x - t).abs().mean(1)


def huber(x, t, s):
    return F.huber_loss(x, t, reduction="none", delta=s["delta"]).mean(1)


def plain_huber(x, t, s):
    e, delta = (x - t).abs(), s["delta"]
    assert (e < delta).any() and (e > delta).any()
    return torch.where(e < delta, 0.5 * e**2, delta * (e - 0.5 * delta)).mean(1)


def gaussian(x, t, s):
    mean, log_sd = x.chunk(2, 1)
    return -Independent(Normal(mean, log_sd.exp()), 1).log_prob(t)


def plain_gaussian(x, t, s):
    mean, log_sd = x.chunk(2, 1)
    return (log_sd + 0.5 * ((t - mean) / log_sd.exp()) ** 2 + 0.5 * LOG_2PI).sum(1)


def mixture_parts(x, t, s):
    """Logits [N, K]; means and log standard deviations [N, D, K]."""
    K, D = s["components"], t.shape[1]
    logits, means, log_sds = x.split([K, D * K, D * K], 1)
    return logits, means.reshape(N, D, K), log_sds.reshape(N, D, K)


def mixture(x, t, s):
    logits, means, log_sds = mixture_parts(x, t, s)
    normals = Independent(Normal(means.mT, log_sds.mT.exp()), 1)  # [N, K] of D dimensions
    return -MixtureSameFamily(Categorical(logits=logits), normals).log_prob(t)


def plain_mixture(x, t, s):
    logits, means, log_sds = mixture_parts(x, t, s)
    total = logits - logits.logsumexp(1, keepdim=True)
    for d in range(t.shape[1]):
        total = total - log_sds[:, d] - 0.5 * LOG_2PI
        total = total - 0.5 * ((t[:, d, None] - means[:, d]) / log_sds[:, d].exp()) ** 2
    return -total.logsumexp(1)


def quantiles(x, t, s):
    levels = s["levels"]
    x = x.reshape(N, len(levels), -1)
    q = torch.tensor(levels)[:, None]
    e = t[:, None, :] - x
    return torch.maximum(q * e, (q - 1) * e).mean((1, 2))


def plain_quantiles(x, t, s):
    D, total = t.shape[1], 0
    for k, q in enumerate(s["levels"]):
        for d in range(D):
            e = t[:, d] - x[:, k * D + d]
            total = total + torch.where(e > 0, q, q - 1) * e
    return total / (len(s["levels"]) * D)


def mean(l, weights, counted):
    w = weights * counted
    return (w * l).sum() / w.sum()


def case(name, seed, by_torch, plain, width, targets, settings={}, sizes={}, note=None, scale=1.5):
    torch.manual_seed(seed)
    x = (torch.randn(N, width) * scale).requires_grad_()
    t = targets()
    weights = torch.rand(N) * 2 + 0.1
    weights[3] = 0
    counted = t >= 0 if name == "cross-entropy" else torch.ones(N)
    measured = []
    for function in (by_torch, plain):
        loss = mean(function(x, t, settings), weights, counted)
        measured.append((loss, torch.autograd.grad(loss, x)[0]))
    (loss, gradient), (loss2, gradient2) = measured
    torch.testing.assert_close(loss, loss2, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(gradient, gradient2, rtol=1e-11, atol=1e-12)
    assert gradient.isfinite().all() and not gradient[3].any()
    return {
        "loss": name,
        **({"note": note} if note else {}),
        "seed": seed,
        "settings": settings,
        "sizes": {"N": N, **sizes},
        "predictions": flat(x),
        "targets": flat(t),
        "weights": flat(weights),
        "expected": {"loss": loss.item(), "gradient": flat(gradient)},
    }


def classes(ignored):
    def draw():
        t = torch.randint(5, (N,))
        t[ignored] = -1
        return t

    return draw


def reals(D, scale=1.5):
    return lambda: torch.randn(N, D) * scale


cases = []
for smoothing in (0, 0.1):
    for ignored in ([1, 5], []):
        cases.append(
            case(
                "cross-entropy",
                len(cases) + 1,
                cross_entropy,
                plain_cross_entropy,
                5,
                classes(ignored),
                {"smoothing": smoothing},
                {"K": 5},
                "two targets are ignored" if ignored else None,
            )
        )
cases += [
    case("cross-entropy", 5, cross_entropy, plain_cross_entropy, 5, classes([]), {"smoothing": 0}, {"K": 5},
         "logits of hundreds", 500),
    case("sigmoids", 6, sigmoids, plain_sigmoids, 4, lambda: torch.randint(2, (N, 4)).double(), {}, {"D": 4}),
    case("sigmoids", 7, sigmoids, plain_sigmoids, 4, lambda: torch.rand(N, 4), {}, {"D": 4}, "soft targets"),
    case("sigmoids", 8, sigmoids, plain_sigmoids, 4, lambda: torch.randint(2, (N, 4)).double(), {}, {"D": 4},
         "logits of hundreds", 500),
    case("squared-error", 9, squared_error, plain_squared_error, 3, reals(3), {}, {"D": 3}),
    case("absolute-error", 10, absolute_error, plain_absolute_error, 3, reals(3), {}, {"D": 3}),
    case("huber", 11, huber, plain_huber, 3, reals(3, 1.0), {"delta": 0.7}, {"D": 3}, None, 1.0),
    case("gaussian", 12, gaussian, plain_gaussian, 6, reals(3), {}, {"D": 3}, None, 1.0),
    case("mixture-density", 13, mixture, plain_mixture, 12, reals(1), {"components": 4}, {"D": 1}, None, 1.0),
    case("mixture-density", 14, mixture, plain_mixture, 15, reals(2), {"components": 3}, {"D": 2}, None, 1.0),
    case("mixture-density", 15, mixture, plain_mixture, 12, reals(1, 2000.0), {"components": 4}, {"D": 1},
         "targets so far from every mean that each density underflows", 0.5),
    case("quantiles", 16, quantiles, plain_quantiles, 6, reals(2), {"levels": [0.1, 0.5, 0.9]}, {"D": 2}),
]
write(__file__, {"script": "test/goldens/losses/make_losses.py", "cases": cases})
