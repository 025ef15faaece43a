"""Writes transforms.json: LSTMs and a GRU with something added, by plain equations under autograd in float64.

layer-norm, layer-norm-joint, zoneout (in evaluation), deep-transition, residual and highway; each
function below is one time step. loss = sum(outputs * projection.outputs) + sum over states of
sum(final * projection.final). Where torch.nn has a second way to the numbers, it must agree.

    python test/goldens/transforms/make_transforms.py
"""

import sys
from pathlib import Path

import torch
from torch import sigmoid, tanh
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import flat, shaped, write

T, B, H = 4, 2, 4
EPSILON, ZC, ZH = 1e-5, 0.5, 0.05


def gates(p, x, h):
    """The LSTM's i, f, g, o."""
    a, b, c, d = (x @ p["W" + k].T + h @ p["U" + k].T + p["b" + k] for k in "ifgo")
    return sigmoid(a), sigmoid(b), tanh(c), sigmoid(d)


def normalised(v):
    """Over the last dimension, with the biased variance."""
    centred = v - v.mean(-1, keepdim=True)
    return centred / ((centred**2).mean(-1, keepdim=True) + EPSILON).sqrt()


# Each gives the output and the new states. `norm` is `normalised`, or torch's own.


def layer_norm(p, x, h, c, norm):
    LN = lambda k, v: norm(v) * p[f"norm{k}.gain"] + p[f"norm{k}.shift"]
    i = sigmoid(LN(1, x @ p["Wi"].T) + LN(2, h @ p["Ui"].T) + p["bi"])
    f = sigmoid(LN(3, x @ p["Wf"].T) + LN(4, h @ p["Uf"].T) + p["bf"])
    g = tanh(LN(5, x @ p["Wg"].T) + LN(6, h @ p["Ug"].T) + p["bg"])
    o = sigmoid(LN(7, x @ p["Wo"].T) + LN(8, h @ p["Uo"].T) + p["bo"])
    c = f * c + i * g
    h = o * tanh(LN(9, c))
    return h, (h, c)


def layer_norm_joint(p, x, h, c, norm):
    a = norm(torch.cat([x @ p["W" + k].T for k in "ifgo"], 1)).chunk(4, 1)
    b = norm(torch.cat([h @ p["U" + k].T for k in "ifgo"], 1)).chunk(4, 1)
    i, f, g, o = (
        a[j] * p["gx" + k] + p["sx" + k] + b[j] * p["gh" + k] + p["sh" + k] + p["b" + k]
        for j, k in enumerate("ifgo")
    )
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)
    return h, (h, c)


def zoneout(p, x, h, c, norm, zc=ZC, zh=ZH):
    i, f, g, o = gates(p, x, h)
    new = f * c + i * g
    c = zc * c + (1 - zc) * new
    h = zh * h + (1 - zh) * o * tanh(new)
    return h, (h, c)


def deep_transition(p, x, h, norm):
    r = sigmoid(x @ p["Wr"].T + h @ p["Ur"].T + p["br"])
    z = sigmoid(x @ p["Wz"].T + h @ p["Uz"].T + p["bz"])
    n = tanh(x @ p["Wn"].T + p["bn"] + r * (h @ p["Un"].T + p["cn"]))
    h = (1 - z) * n + z * h
    r = sigmoid(h @ p["Ur2"].T + p["br2"])
    z = sigmoid(h @ p["Uz2"].T + p["bz2"])
    n = tanh(p["bn2"] + r * (h @ p["Un2"].T + p["cn2"]))
    h = (1 - z) * n + z * h
    return h, (h,)


def residual(p, x, h, c, norm):
    i, f, g, o = gates(p, x, h)
    c = f * c + i * g
    h = o * tanh(c)
    return h + x, (h, c)


def highway(p, x, h, c, norm):
    i, f, g, o = gates(p, x, h)
    c = f * c + i * g
    h = o * tanh(c)
    t = sigmoid(x @ p["Wt"].T + p["bt"])
    return t * h + (1 - t) * x, (h, c)


def loop(step, norm=normalised):
    def run(p, xs, states):
        outputs = []
        for x in xs:
            output, states = step(p, x, *states, norm=norm)
            outputs.append(output)
        return torch.stack(outputs), states

    return run


def cell_weights(p, order, after=""):
    return (torch.cat([p["W" + k + after] for k in order]), torch.cat([p["U" + k + after] for k in order]))


def by_lstm_cell(output):
    """torch's LSTM, and the layer's output from h and x."""

    def run(p, xs, states):
        W, U = cell_weights(p, "ifgo")
        b = torch.cat([p["b" + k] for k in "ifgo"])
        outputs = []
        for x in xs:
            states = torch.lstm_cell(x, states, W, U, b, torch.zeros_like(b))
            outputs.append(output(p, x, states[0]))
        return torch.stack(outputs), states

    return run


def by_zoned_lstm_cell(p, xs, states):
    run = by_lstm_cell(lambda p, x, h: h)
    hs = []
    for x in xs:
        _, new = run(p, x[None], states)
        states = tuple(old + (1 - z) * (s - old) for z, old, s in zip((ZH, ZC), states, new, strict=True))
        hs.append(states[0])
    return torch.stack(hs), states


def by_two_gru_cells(p, xs, states):
    (h,) = states
    none = {f"W{k}2": torch.zeros(H, 1) for k in "rzn"}
    zeros, hs = torch.zeros(2 * H), []
    for x in xs:
        for after, value in (("", x), ("2", torch.zeros(len(x), 1))):
            W, U = cell_weights(p | none, "rzn", after)
            b = torch.cat([p[f"b{k}{after}"] for k in "rzn"])
            h = torch.gru_cell(value, h, W, U, b, torch.cat([zeros, p["cn" + after]]))
        hs.append(h)
    return torch.stack(hs), (h,)


def torchs_norm(v):
    return F.layer_norm(v, v.shape[-1:], eps=EPSILON)


def lstm_shapes(I):
    shapes = {"W" + k: (H, I) for k in "ifgo"} | {"U" + k: (H, H) for k in "ifgo"}
    return shapes | {"b" + k: (H,) for k in "ifgo"}


def gru_shapes(I):
    shapes = {"W" + k: (H, I) for k in "rzn"} | {"U" + k: (H, H) for k in "rzn"}
    shapes |= {"b" + k: (H,) for k in "rzn"} | {"cn": (H,)}
    return shapes | {f"U{k}2": (H, H) for k in "rzn"} | {f"b{k}2": (H,) for k in "rzn"} | {"cn2": (H,)}


norms = {f"norm{k}.{what}": (H,) for k in range(1, 10) for what in ("gain", "shift")}
joint = {a + b + k: (H,) for a in "gs" for b in "xh" for k in "ifgo"}
to_highway = lambda p, x, h: x + sigmoid(x @ p["Wt"].T + p["bt"]) * (h - x)

# name: (one step, a second way, input width, extra shapes, settings)
CASES = {
    "layer-norm": (layer_norm, loop(layer_norm, torchs_norm), 3, norms, {"epsilon": EPSILON}),
    "layer-norm-joint": (layer_norm_joint, loop(layer_norm_joint, torchs_norm), 3, joint, {"epsilon": EPSILON}),
    "zoneout": (zoneout, by_zoned_lstm_cell, 3, {}, {"zc": ZC, "zh": ZH}),
    "deep-transition": (deep_transition, by_two_gru_cells, 3, {}, {"depth": 2}),
    "residual": (residual, by_lstm_cell(lambda p, x, h: h + x), H, {}, {}),
    "highway": (highway, by_lstm_cell(to_highway), H, {"Wt": (H, H), "bt": (H,)}, {}),
}


def case(name, seed):
    step, second, I, extra, settings = CASES[name]
    shapes = (gru_shapes(I) if name == "deep-transition" else lstm_shapes(I)) | extra
    states = ["h"] if name == "deep-transition" else ["h", "c"]
    torch.manual_seed(seed)
    p = {n: torch.randn(shape) * 0.5 for n, shape in shapes.items()}
    for n in p:
        if n.endswith("gain") or n[:2] in ("gx", "gh"):
            p[n] += 1
    for t in p.values():
        t.requires_grad_()
    x = torch.randn(T, B, I, requires_grad=True)
    initial = tuple(torch.randn(B, H, requires_grad=True) for _ in states)
    P, Q = torch.randn(T, B, H), [torch.randn(B, H) for _ in states]

    measured = []
    for run in (loop(step), second):
        outputs, final = run(p, x, initial)
        loss = (outputs * P).sum() + sum((s * q).sum() for s, q in zip(final, Q, strict=True))
        measured.append([outputs, *final, *torch.autograd.grad(loss, [*p.values(), x, *initial])])
    for a, b in zip(*measured, strict=True):
        assert a.shape == b.shape and (a != 0).all()
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-11)

    outputs, *rest = measured[0]
    n, m = len(states), len(p)
    final, dp, dx, dinitial = rest[:n], rest[n : n + m], rest[n + m], rest[n + m + 1 :]
    per_state = lambda tensors: {s: flat(t) for s, t in zip(states, tensors, strict=True)}
    return {
        "name": name,
        "seed": seed,
        "settings": settings,
        "sizes": {"T": T, "B": B, "I": I, "H": H},
        "parameters": {k: shaped(t) for k, t in p.items()},
        "x": flat(x),
        "initial": per_state(initial),
        "projection": {"outputs": flat(P), "final": per_state(Q)},
        "expected": {
            "outputs": flat(outputs),
            "final": per_state(final),
            "gradients": {k: flat(d) for k, d in zip(p, dp, strict=True)},
            "dx": flat(dx),
            "dinitial": per_state(dinitial),
        },
    }


cases = [case(name, seed) for seed, name in enumerate(CASES, start=1)]
write(__file__, {"script": "test/goldens/transforms/make_transforms.py", "cases": cases})
