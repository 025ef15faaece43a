"""The sLSTM of Beck et al. 2024, "xLSTM: extended long short-term memory", section 2.2 and its stabiliser m,
with a logistic forget gate and four heads. A recurrent matrix is block-diagonal, and its row holds the
columns of the row's own head."""

import torch

from golden import dot, exp, log, maximum, sigmoid, tanh

SIZES = {"H": 8}
HEADS = 4
PARAMETERS = {
    "Wi": ("H", "I"),
    "Ri": ("H", "H/4"),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Rf": ("H", "H/4"),
    "bf": ("H",),
    "Wz": ("H", "I"),
    "Rz": ("H", "H/4"),
    "bz": ("H",),
    "Wo": ("H", "I"),
    "Ro": ("H", "H/4"),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H", "n": "H", "m": "H"}
START = {"n": lambda shape: 0.5 + torch.rand(shape)}  # n divides, and is a sum of positive gates


def step(p, x, s):
    H = len(p["bi"])
    width = H // HEADS
    h, c, n, m = [], [], [], []
    for k in range(H):
        first = k // width * width
        head = s["h"][first : first + width]
        i = dot(p["Wi"][k], x) + dot(p["Ri"][k], head) + p["bi"][k]  # the logarithm of the input gate
        f = log(sigmoid(dot(p["Wf"][k], x) + dot(p["Rf"][k], head) + p["bf"][k]))  # that of the forget gate
        z = tanh(dot(p["Wz"][k], x) + dot(p["Rz"][k], head) + p["bz"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Ro"][k], head) + p["bo"][k])
        m.append(maximum(f + s["m"][k], i))
        input_gate = exp(i - m[k])
        forget_gate = exp(f + s["m"][k] - m[k])
        c.append(forget_gate * s["c"][k] + input_gate * z)
        n.append(forget_gate * s["n"][k] + input_gate)
        h.append(o * c[k] / n[k])
    return h, {"h": h, "c": c, "n": n, "m": m}
