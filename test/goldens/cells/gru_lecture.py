"""The GRU exactly as Chung et al. 2014 print it, "Empirical evaluation of gated recurrent neural networks on
sequence modeling": no biases, the reset before the product with U, and z weights the new candidate."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Uz": ("H", "H"),
    "Wr": ("H", "I"),
    "Ur": ("H", "H"),
    "Wn": ("H", "I"),
    "Un": ("H", "H"),
}
STATES = {"h": "H"}


def step(p, x, s):
    units = range(len(s["h"]))
    z, reset = [], []
    for k in units:
        z.append(sigmoid(dot(p["Wz"][k], x) + dot(p["Uz"][k], s["h"])))
        r = sigmoid(dot(p["Wr"][k], x) + dot(p["Ur"][k], s["h"]))
        reset.append(r * s["h"][k])
    h = []
    for k in units:
        n = tanh(dot(p["Wn"][k], x) + dot(p["Un"][k], reset))
        h.append((1 - z[k]) * s["h"][k] + z[k] * n)
    return h, {"h": h}
