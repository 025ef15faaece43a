"""NFG of Greff et al. 2017, "LSTM: a search space odyssey": the vanilla LSTM without the forget gate,
f = 1."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Rz": ("H", "H"),
    "bz": ("H",),
    "Wi": ("H", "I"),
    "Ri": ("H", "H"),
    "pi": ("H",),
    "bi": ("H",),
    "Wo": ("H", "I"),
    "Ro": ("H", "H"),
    "po": ("H",),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bz"])):
        z = tanh(dot(p["Wz"][k], x) + dot(p["Rz"][k], s["h"]) + p["bz"][k])
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ri"][k], s["h"]) + p["pi"][k] * s["c"][k] + p["bi"][k])
        c.append(z * i + s["c"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Ro"][k], s["h"]) + p["po"][k] * c[k] + p["bo"][k])
        h.append(tanh(c[k]) * o)
    return h, {"h": h, "c": c}
