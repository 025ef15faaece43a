"""The GRU with the reset before the product with U: Chung et al. 2014, "Empirical evaluation of gated
recurrent neural networks on sequence modeling". z weights the new candidate."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Uz": ("H", "H"),
    "bz": ("H",),
    "Wr": ("H", "I"),
    "Ur": ("H", "H"),
    "br": ("H",),
    "Wn": ("H", "I"),
    "Un": ("H", "H"),
    "bn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    units = range(len(p["bz"]))
    z, reset = [], []
    for k in units:
        z.append(sigmoid(dot(p["Wz"][k], x) + dot(p["Uz"][k], s["h"]) + p["bz"][k]))
        r = sigmoid(dot(p["Wr"][k], x) + dot(p["Ur"][k], s["h"]) + p["br"][k])
        reset.append(r * s["h"][k])
    h = []
    for k in units:
        n = tanh(dot(p["Wn"][k], x) + dot(p["Un"][k], reset) + p["bn"][k])
        h.append((1 - z[k]) * s["h"][k] + z[k] * n)
    return h, {"h": h}
