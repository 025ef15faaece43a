"""NOG of Greff et al. 2017, "LSTM: a search space odyssey": the vanilla LSTM without the output gate,
o = 1."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Rz": ("H", "H"),
    "bz": ("H",),
    "Wi": ("H", "I"),
    "Ri": ("H", "H"),
    "pi": ("H",),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Rf": ("H", "H"),
    "pf": ("H",),
    "bf": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bz"])):
        z = tanh(dot(p["Wz"][k], x) + dot(p["Rz"][k], s["h"]) + p["bz"][k])
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ri"][k], s["h"]) + p["pi"][k] * s["c"][k] + p["bi"][k])
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Rf"][k], s["h"]) + p["pf"][k] * s["c"][k] + p["bf"][k])
        c.append(z * i + s["c"][k] * f)
        h.append(tanh(c[k]))
    return h, {"h": h, "c": c}
