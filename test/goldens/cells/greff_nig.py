"""NIG of Greff et al. 2017, "LSTM: a search space odyssey": the vanilla LSTM without the input gate,
i = 1."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Rz": ("H", "H"),
    "bz": ("H",),
    "Wf": ("H", "I"),
    "Rf": ("H", "H"),
    "pf": ("H",),
    "bf": ("H",),
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
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Rf"][k], s["h"]) + p["pf"][k] * s["c"][k] + p["bf"][k])
        c.append(z + s["c"][k] * f)
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Ro"][k], s["h"]) + p["po"][k] * c[k] + p["bo"][k])
        h.append(tanh(c[k]) * o)
    return h, {"h": h, "c": c}
