"""Writes cells.json: outputs, final states and every gradient of five cells, by PyTorch in float64.

lstm, gru and elman are torch.nn.LSTM, GRU and RNN; the other two, which torch.nn lacks, are plain
loops under autograd. A torch.nn cell must also agree with the plain loop of its own equations, so
that the names in the JSON are proved to mean what the equations say.

    python test/goldens/make_cells.py
"""

import torch
from torch import sigmoid, tanh
from torch.func import functional_call

from golden import flat, shaped, write

SIZES = [dict(T=5, B=3, I=4, H=5), dict(T=7, B=2, I=3, H=11)]


def lstm(p, x, h, c):
    i = sigmoid(x @ p["Wi"].T + h @ p["Ui"].T + p["bi"])
    f = sigmoid(x @ p["Wf"].T + h @ p["Uf"].T + p["bf"])
    g = tanh(x @ p["Wg"].T + h @ p["Ug"].T + p["bg"])
    o = sigmoid(x @ p["Wo"].T + h @ p["Uo"].T + p["bo"])
    c = f * c + i * g
    return o * tanh(c), c


def gru(p, x, h):
    r = sigmoid(x @ p["Wr"].T + h @ p["Ur"].T + p["br"])
    z = sigmoid(x @ p["Wz"].T + h @ p["Uz"].T + p["bz"])
    n = tanh(x @ p["Wn"].T + p["bn"] + r * (h @ p["Un"].T + p["cn"]))
    return ((1 - z) * n + z * h,)


def gru_reset_before(p, x, h):
    z = sigmoid(x @ p["Wz"].T + h @ p["Uz"].T + p["bz"])
    r = sigmoid(x @ p["Wr"].T + h @ p["Ur"].T + p["br"])
    n = tanh(x @ p["Wn"].T + (r * h) @ p["Un"].T + p["bn"])
    return ((1 - z) * h + z * n,)


def elman(p, x, h):
    return (tanh(x @ p["W"].T + h @ p["U"].T + p["b"]),)


def elman_sigmoid(p, x, h):
    return (sigmoid(x @ p["W"].T + h @ p["U"].T + p["b"]),)


def loop(step):
    def run(p, xs, initial):
        states, hs = initial, []
        for x in xs:
            states = step(p, x, *states)
            hs.append(states[0])
        return torch.stack(hs), states

    return run


def module(kind, gates):
    """A torch.nn layer with our parameters. It has two biases where we have one: ours is their sum,
    split here at random. Our gradient is that of b_ih, which is also that of b_hh."""

    def stack(p, letter):
        return torch.cat([p[letter + gate] for gate in gates])

    def run(p, xs, initial):
        H, I = p["W" + gates[0]].shape
        b_ih = stack(p, "b")
        b_hh = torch.randn(b_ih.shape, generator=torch.Generator().manual_seed(0)) * 0.5
        if "cn" in p:  # the GRU's second bias of n stands inside the reset and cannot be merged
            b_hh[2 * H :] = 0
            b_ih, b_hh = b_ih - b_hh, torch.cat([b_hh[: 2 * H], p["cn"]])
        else:
            b_ih = b_ih - b_hh
        weights = dict(weight_ih_l0=stack(p, "W"), weight_hh_l0=stack(p, "U"), bias_ih_l0=b_ih, bias_hh_l0=b_hh)
        layer_initial = tuple(s[None] for s in initial)
        outputs, final = functional_call(
            kind(I, H), weights, (xs, layer_initial if len(initial) > 1 else layer_initial[0])
        )
        return outputs, tuple(s[0] for s in (final if len(initial) > 1 else [final]))

    return run


# name: (the oracle, one step of our equations, gates, extra vectors, states)
CELLS = {
    "lstm": (module(torch.nn.LSTM, "ifgo"), lstm, "ifgo", [], ["h", "c"]),
    "gru": (module(torch.nn.GRU, "rzn"), gru, "rzn", ["cn"], ["h"]),
    "elman": (module(torch.nn.RNN, [""]), elman, [""], [], ["h"]),
    "gru-reset-before": (loop(gru_reset_before), gru_reset_before, "zrn", [], ["h"]),
    "elman-sigmoid": (loop(elman_sigmoid), elman_sigmoid, [""], [], ["h"]),
}


def measure(run, p, x, initial, P, Q):
    """Outputs, final states, and gradients of sum(outputs P) + sum over states s of sum(final_s Q_s)."""
    outputs, final = run(p, x, initial)
    loss = (outputs * P).sum() + sum((s * q).sum() for s, q in zip(final, Q, strict=True))
    leaves = [*p.values(), x, *initial]
    return [outputs, *final], list(torch.autograd.grad(loss, leaves))


def case(name, sizes, seed):
    oracle, step, gates, extra, states = CELLS[name]
    T, B, I, H = sizes.values()
    shapes = {"W" + g: (H, I) for g in gates} | {"U" + g: (H, H) for g in gates}
    shapes |= {"b" + g: (H,) for g in gates} | {v: (H,) for v in extra}

    torch.manual_seed(seed)
    p = {n: (torch.randn(shape) * 0.5).requires_grad_() for n, shape in shapes.items()}
    x = torch.randn(T, B, I, requires_grad=True)
    initial = tuple(torch.randn(B, H, requires_grad=True) for _ in states)
    P, Q = torch.randn(T, B, H), [torch.randn(B, H) for _ in states]

    values, gradients = measure(oracle, p, x, initial, P, Q)
    by_loop = [t for part in measure(loop(step), p, x, initial, P, Q) for t in part]
    for a, b in zip(values + gradients, by_loop, strict=True):
        assert a.shape == b.shape and (a != 0).all()
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)

    outputs, *final = values
    dp, dx, dinitial = gradients[: len(p)], gradients[len(p)], gradients[len(p) + 1 :]
    per_state = lambda tensors: {s: flat(t) for s, t in zip(states, tensors, strict=True)}
    return {
        "cell": name,
        "seed": seed,
        "sizes": sizes,
        "parameters": {n: shaped(t) for n, t in p.items()},
        "x": flat(x),
        "initial": per_state(initial),
        "projection": {"outputs": flat(P), "final": per_state(Q)},
        "expected": {
            "outputs": flat(outputs),
            "final": per_state(final),
            "gradients": {n: flat(d) for n, d in zip(p, dp, strict=True)},
            "dx": flat(dx),
            "dinitial": per_state(dinitial),
        },
    }


cases = [(name, sizes) for name in CELLS for sizes in SIZES]
write(__file__, {"cases": [case(*c, seed) for seed, c in enumerate(cases, start=1)]})
