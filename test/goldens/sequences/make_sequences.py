"""Writes sequences.json: two bidirectional layers over rows of different lengths, by PyTorch in float64.

torch.nn.LSTM, GRU and RNN on a packed sequence whose rows are in any order. Layer 2 reads the
forward and the reverse half of layer 1, in this order. Everything beyond a row's length is zero; a
reverse layer starts at a row's last time step, and its final state is that after the first one.
Must agree with plain loops over each row by itself.

    python test/goldens/sequences/make_sequences.py
"""

import sys
from pathlib import Path

import torch
from torch import sigmoid, tanh
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import flat, shaped, write

LAYERS = ["layer1", "layer1-reverse", "layer2", "layer2-reverse"]  # torch's order of states, too
SUFFIXES = ["l0", "l0_reverse", "l1", "l1_reverse"]


def lstm(p, x, h, c):
    i = sigmoid(p["Wi"] @ x + p["Ui"] @ h + p["bi"])
    f = sigmoid(p["Wf"] @ x + p["Uf"] @ h + p["bf"])
    g = tanh(p["Wg"] @ x + p["Ug"] @ h + p["bg"])
    o = sigmoid(p["Wo"] @ x + p["Uo"] @ h + p["bo"])
    c = f * c + i * g
    return o * tanh(c), c


def gru(p, x, h):
    r = sigmoid(p["Wr"] @ x + p["Ur"] @ h + p["br"])
    z = sigmoid(p["Wz"] @ x + p["Uz"] @ h + p["bz"])
    n = tanh(p["Wn"] @ x + p["bn"] + r * (p["Un"] @ h + p["cn"]))
    return ((1 - z) * n + z * h,)


def elman(p, x, h):
    return (tanh(p["W"] @ x + p["U"] @ h + p["b"]),)


# name: (torch's module, one step of our equations, gates in torch's order, extra vectors, states)
CELLS = {
    "lstm": (torch.nn.LSTM, lstm, "ifgo", [], ["h", "c"]),
    "gru": (torch.nn.GRU, gru, "rzn", ["cn"], ["h"]),
    "elman": (torch.nn.RNN, elman, [""], [], ["h"]),
}


def by_torch(name, p, x, lengths, initial):
    """Outputs, and final states by layer. One bias of ours is the sum of torch's two, split at random."""
    kind, _, gates, _, states = CELLS[name]
    I, H = x.shape[2], initial["layer1"]["h"].shape[1]
    generator = torch.Generator().manual_seed(0)
    weights = {}
    for layer, suffix in zip(LAYERS, SUFFIXES):
        q = p[layer]
        stack = lambda letter: torch.cat([q[letter + g] for g in gates])
        b_hh = torch.randn(len(gates) * H, generator=generator) * 0.5
        b_ih = stack("b") - b_hh
        if name == "gru":
            b_ih, b_hh = torch.cat([b_ih[: 2 * H], q["bn"]]), torch.cat([b_hh[: 2 * H], q["cn"]])
        theirs = dict(weight_ih=stack("W"), weight_hh=stack("U"), bias_ih=b_ih, bias_hh=b_hh)
        weights |= {f"{n}_{suffix}": values for n, values in theirs.items()}
    start = tuple(torch.stack([initial[layer][s] for layer in LAYERS]) for s in states)
    packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    module = kind(I, H, num_layers=2, bidirectional=True)
    outputs, final = functional_call(module, weights, (packed, start if len(states) > 1 else start[0]))
    outputs, _ = pad_packed_sequence(outputs, total_length=x.shape[0])
    final = final if len(states) > 1 else (final,)
    return outputs, {layer: {s: t[k] for s, t in zip(states, final)} for k, layer in enumerate(LAYERS)}


def by_loops(name, p, x, lengths, initial):
    _, step, _, _, states = CELLS[name]
    T, B, _ = x.shape
    H = initial["layer1"]["h"].shape[1]
    ended = {layer: {s: [] for s in states} for layer in LAYERS}
    columns = []
    for b, length in enumerate(lengths):
        inputs = [x[t, b] for t in range(length)]
        for pair in (LAYERS[:2], LAYERS[2:]):
            halves = []
            for layer in pair:
                backwards = layer.endswith("reverse")
                state, hs = [initial[layer][s][b] for s in states], []
                for value in reversed(inputs) if backwards else inputs:
                    state = step(p[layer], value, *state)
                    hs.append(state[0])
                halves.append(hs[::-1] if backwards else hs)
                for s, value in zip(states, state):
                    ended[layer][s].append(value)
            inputs = [torch.cat(both) for both in zip(*halves)]
        columns.append(torch.stack(inputs + [torch.zeros(2 * H)] * (T - length)))
    final = {layer: {s: torch.stack(v) for s, v in of.items()} for layer, of in ended.items()}
    return torch.stack(columns, 1), final


def leaves(tree):
    """The tensors of a dictionary of dictionaries, in order."""
    return [t for of in tree.values() for t in of.values()]


def like(tree, tensors):
    tensors = iter(tensors)
    return {layer: {n: flat(next(tensors)) for n in of} for layer, of in tree.items()}


def case(name, lengths, seed, I=3, H=4):
    _, _, gates, extra, states = CELLS[name]
    T, B = max(lengths), len(lengths)
    torch.manual_seed(seed)
    draw = lambda *shape: (torch.randn(shape) * 0.5).requires_grad_()
    p = {}
    for layer in LAYERS:
        width = I if layer.startswith("layer1") else 2 * H
        p[layer] = {"W" + g: draw(H, width) for g in gates} | {"U" + g: draw(H, H) for g in gates}
        p[layer] |= {"b" + g: draw(H) for g in gates} | {v: draw(H) for v in extra}
    within = (torch.arange(T)[:, None] < torch.tensor(lengths)).double()[:, :, None]
    x = (torch.randn(T, B, I) * within).requires_grad_()
    initial = {layer: {s: torch.randn(B, H).requires_grad_() for s in states} for layer in LAYERS}
    P = torch.randn(T, B, 2 * H) * within
    Q = {layer: {s: torch.randn(B, H) for s in states} for layer in LAYERS}

    measured = []
    for oracle in (by_torch, by_loops):
        outputs, final = oracle(name, p, x, lengths, initial)
        loss = (outputs * P).sum() + sum((f * q).sum() for f, q in zip(leaves(final), leaves(Q), strict=True))
        gradients = torch.autograd.grad(loss, leaves(p) + [x] + leaves(initial))
        measured.append([outputs, *leaves(final), *gradients])
    for a, b in zip(*measured, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)

    outputs, *rest = measured[0]
    n, m = len(leaves(initial)), len(leaves(p))
    final, dp, dx, dinitial = rest[:n], rest[n : n + m], rest[n + m], rest[n + m + 1 :]
    for values in (outputs, dx):
        assert ((values != 0) == within.bool()).all()
    return {
        "cell": name,
        "seed": seed,
        "sizes": {"T": T, "B": B, "I": I, "H": H},
        "lengths": lengths,
        "x": flat(x),
        "initial": like(initial, leaves(initial)),
        "parameters": {layer: {k: shaped(t) for k, t in of.items()} for layer, of in p.items()},
        "projection": {"outputs": flat(P), "final": like(Q, leaves(Q))},
        "expected": {
            "outputs": flat(outputs),
            "final": like(initial, final),
            "gradients": like(p, dp),
            "dx": flat(dx),
            "dinitial": like(initial, dinitial),
        },
    }


cases = [
    case("lstm", [5, 2, 7, 1], 1),
    case("gru", [5, 2, 7, 1], 2),
    case("elman", [5, 2, 7, 1], 3),
    case("gru", [4, 4, 4], 4),
]
write(__file__, {"script": "test/goldens/sequences/make_sequences.py", "cases": cases})
