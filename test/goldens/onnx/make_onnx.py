"""Writes onnx.json: what ONNX Runtime computes in float32 for LSTM and GRU nodes, by our parameter names.

A model is one node, its protobuf written by hand; every tensor is an input. All our numbers are
multiples of 1/1024, so that they, the split of our one bias into ONNX's two, and a change of sign are
exact in float32. Must agree with plain equations in float64 to float32's precision. "equations" in
the JSON are those; beyond a row's length outputs are zero.

    python test/goldens/onnx/make_onnx.py
"""

import json
import re
from pathlib import Path

import numpy as np
import onnxruntime

T, B, I, H = 6, 3, 4, 5
FLOAT, INT32 = 1, 6


# --- protobuf: a number is field << 3 and a varint; bytes are field << 3 | 2, length, content


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(name, value):
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)  # AttributeProto: name, i, type INT
    return field(1, name) + field(4, value) + field(20, 3)  # name, s, type STRING


def value_info(name, element):
    return field(1, name) + field(2, field(1, field(1, element)))  # a tensor of any shape


def model(kind, inputs, outputs, attributes):
    """One node; an input given as None is left out."""
    names = "X W R B sequence_lens initial_h initial_c P".split()[: len(inputs)]
    node = b"".join(field(1, n if v is not None else "") for n, v in zip(names, inputs))
    node += b"".join(field(2, n) for n in outputs) + field(4, kind)
    node += b"".join(field(5, attribute(*a)) for a in attributes.items())
    graph = field(1, node) + field(2, "g")
    present = {n: v for n, v in zip(names, inputs) if v is not None}
    for n, v in present.items():
        graph += field(11, value_info(n, INT32 if v.dtype == np.int32 else FLOAT))
    graph += b"".join(field(12, value_info(n, FLOAT)) for n in outputs)
    return field(1, 8) + field(7, graph) + field(8, field(2, 14)), present  # IR 8, operator set 14


def run(kind, inputs, **attributes):
    """Y [T, directions, B, H], Y_h [directions, B, H] and for an LSTM Y_c."""
    inputs = [v if v is None or v.dtype == np.int32 else v.astype(np.float32) for v in inputs]
    outputs = ["Y", "Y_h", "Y_c"] if kind == "LSTM" else ["Y", "Y_h"]
    serialised, feed = model(kind, inputs, outputs, {"hidden_size": H, **attributes})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    runtime = onnxruntime.InferenceSession(serialised, options, providers=["CPUExecutionProvider"])
    return runtime.run(outputs, feed)


# --- one time step of our equations


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def affine(p, k, x, h):
    return x @ p["W" + k].T + h @ p["U" + k].T + p["b" + k]


def lstm(p, x, h, c):
    i, f, o = (sigmoid(affine(p, k, x, h)) for k in "ifo")
    c = f * c + i * np.tanh(affine(p, "g", x, h))
    return o * np.tanh(c), c


def lstm_peephole(p, x, h, c):
    i, f = (sigmoid(affine(p, k, x, h) + p["p" + k] * c) for k in "if")
    c = f * c + i * np.tanh(affine(p, "g", x, h))
    o = sigmoid(affine(p, "o", x, h) + p["po"] * c)
    return o * np.tanh(c), c


def lstm_coupled(p, x, h, c):
    i, o = (sigmoid(affine(p, k, x, h)) for k in "io")
    c = (1 - i) * c + i * np.tanh(affine(p, "g", x, h))
    return o * np.tanh(c), c


def gru(p, x, h):
    r, z = (sigmoid(affine(p, k, x, h)) for k in "rz")
    n = np.tanh(x @ p["Wn"].T + p["bn"] + r * (h @ p["Un"].T + p["cn"]))
    return ((1 - z) * n + z * h,)


def gru_reset_before(p, x, h):
    z, r = (sigmoid(affine(p, k, x, h)) for k in "zr")
    n = np.tanh(affine(p, "n", x, r * h))
    return ((1 - z) * h + z * n,)


def plain(step, p, x, lengths, initial, backwards=False):
    """Outputs [T, B, H], and final states; a row of length zero keeps its initial state."""
    outputs, states = np.zeros((T, B, H)), [s.copy() for s in initial]
    for b, length in enumerate(lengths):
        for t in reversed(range(length)) if backwards else range(length):
            new = step(p, x[t, b], *(s[b] for s in states))
            for s, v in zip(states, new, strict=True):
                s[b] = v
            outputs[t, b] = new[0]
    return outputs, states


EQUATIONS = {
    "lstm": "c' = f c + i g, h' = o tanh(c')",
    "lstm-peephole": "i and f also see pi c and pf c, of the old c, and o sees po c', of the new one",
    "lstm-coupled": "c' = (1 - i) c + i g; the node's parameters of f are ignored",
    "gru": "h' = (1 - z) n + z h, n = tanh(Wn x + bn + r (Un h + cn))",
    "gru-reset-before": "h' = (1 - z) h + z n, n = tanh(Wn x + Un (r h) + bn); "
    "the node's z is 1 - z, by negated Wz, Uz, bz",
}
ZERO_LENGTH = "of a row of length zero ONNX Runtime makes the final states zero: it does not return the initial ones"


# --- the cases


def parameters(draw, gates, extra=()):
    p = {"W" + k: draw(H, I) for k in gates} | {"U" + k: draw(H, H) for k in gates}
    return p | {"b" + k: draw(H) for k in gates} | {v: draw(H) for v in extra}


def stacked(p, order, negate=""):
    """ONNX's W, R and B of one direction, without its first axis. A bias of ours is Wb + Rb."""
    sign = lambda k: -1 if k in negate else 1
    W, R = (np.concatenate([sign(k) * p[letter + k] for k in order]) for letter in "WU")
    b = np.concatenate([sign(k) * p["b" + k] for k in order])
    Rb = np.random.default_rng(0).integers(-512, 512, b.shape) / 1024
    if "cn" in p:
        Rb[2 * H :] = 0
    Wb = b - Rb
    if "cn" in p:
        Rb[2 * H :] = p["cn"]
    return W, R, np.concatenate([Wb, Rb])


def near(a, b):
    np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-6)


def flat(v):
    return np.asarray(v).flatten().tolist()


def shaped(v):
    return {"shape": list(v.shape), "values": flat(v)}


def drawing(seed):
    rng = np.random.default_rng(seed)
    return lambda *shape: np.round(rng.standard_normal(shape) * 512) / 1024


def one_direction(name, seed, step, gates, extra, order, negate="", **attributes):
    draw = drawing(seed)
    kind, states = ("LSTM", ["h", "c"]) if name.startswith("lstm") else ("GRU", ["h"])
    p = parameters(draw, gates, extra)
    x, initial = draw(T, B, I) * 2, [draw(B, H) for _ in states]
    unused = {}
    if name == "lstm-coupled":  # the node has parameters of f even so; random, they must not matter
        unused = {a + "f": draw(*p[a + "i"].shape) for a in "WUb"}
    W, R, bias = stacked(p | unused, order, negate)
    inputs = [x, W[None], R[None], bias[None], None]
    inputs += [s[None] for s in initial]
    if "pi" in p:
        inputs.append(np.concatenate([p["pi"], p["po"], p["pf"]])[None])
    Y, *final = run(kind, inputs, **attributes)
    outputs, final = Y[:, 0], [s[0] for s in final]
    expected = plain(step, p, x, [T] * B, initial)
    near(outputs, expected[0])
    for a, b in zip(final, expected[1], strict=True):
        near(a, b)
    per_state = lambda values: {s: flat(v) for s, v in zip(states, values, strict=True)}
    return {
        "cell": name,
        "seed": seed,
        "node": {"operator": kind, **attributes},
        "equations": EQUATIONS[name],
        "sizes": {"T": T, "B": B, "I": I, "H": H},
        "lengths": [T] * B,
        "x": flat(x),
        "initial": per_state(initial),
        "parameters": {k: shaped(v) for k, v in p.items()},
        "expected": {"outputs": flat(outputs), "final": per_state(final)},
    }


def both_directions(seed, lengths):
    draw = drawing(seed)
    layers, states = ["layer1", "layer1-reverse"], ["h", "c"]
    p = {layer: parameters(draw, "ifgo") for layer in layers}
    x = draw(T, B, I) * 2
    for b, length in enumerate(lengths):
        x[length:, b] = 0
    initial = {layer: [draw(B, H) for _ in states] for layer in layers}
    weights = [np.stack(v) for v in zip(*(stacked(p[layer], "iofg") for layer in layers))]
    start = [np.stack([initial[layer][s] for layer in layers]) for s in (0, 1)]
    Y, *final = run("LSTM", [x, *weights, np.array(lengths, np.int32), *start], direction="bidirectional")
    result = {layer: [s[d] for s in final] for d, layer in enumerate(layers)}
    for d, layer in enumerate(layers):
        outputs, ended = plain(lstm, p[layer], x, lengths, initial[layer], layer.endswith("reverse"))
        near(Y[:, d], outputs)
        for got, want in zip(result[layer], ended, strict=True):
            for b, length in enumerate(lengths):
                if length == 0:
                    assert not got[b].any() and want[b].all()  # see ZERO_LENGTH
                else:
                    near(got[b], want[b])
    per_layer = lambda tree: {layer: dict(zip(states, map(flat, of), strict=True)) for layer, of in tree.items()}
    return {
        "cell": "lstm",
        "seed": seed,
        "node": {"operator": "LSTM", "direction": "bidirectional"},
        "equations": EQUATIONS["lstm"],
        **({"note": ZERO_LENGTH} if 0 in lengths else {}),
        "sizes": {"T": T, "B": B, "I": I, "H": H},
        "lengths": lengths,
        "x": flat(x),
        "initial": per_layer(initial),
        "parameters": {layer: {k: shaped(v) for k, v in of.items()} for layer, of in p.items()},
        "expected": {"outputs": flat(Y.transpose(0, 2, 1, 3)), "final": per_layer(result)},
    }


# ONNX's gates are in the order i, o, f, c, and z, r, h
cases = [
    one_direction("lstm-peephole", 1, lstm_peephole, "ifgo", ["pi", "pf", "po"], "iofg"),
    one_direction("lstm-coupled", 2, lstm_coupled, "igo", [], "iofg", input_forget=1),
    one_direction("gru", 3, gru, "rzn", ["cn"], "zrn", linear_before_reset=1),
    one_direction("gru-reset-before", 4, gru_reset_before, "zrn", [], "zrn", negate="z", linear_before_reset=0),
    both_directions(5, [4, 6, 2]),
    both_directions(6, [4, 0, 6]),
]
head = {"script": "test/goldens/onnx/make_onnx.py", "onnxruntime": onnxruntime.__version__}
text = json.dumps({**head, "cases": cases}, indent=1, allow_nan=False)
text = re.sub(r"\[[^][{}]*\]", lambda array: re.sub(r"\s+", "", array[0]), text)
path = Path(__file__).with_name("onnx.json")
path.write_text(text + "\n")
print(f"{path.name}: {path.stat().st_size} bytes")
