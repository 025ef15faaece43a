"""The minimal gated unit: Zhou, Wu, Zhang and Zhou 2016, "Minimal gated unit for recurrent neural networks".
One gate both resets the state that the candidate sees and weights the candidate."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wf": ("H", "I"),
    "Uf": ("H", "H"),
    "bf": ("H",),
    "Wn": ("H", "I"),
    "Un": ("H", "H"),
    "bn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    units = range(len(p["bf"]))
    f, reset = [], []
    for k in units:
        f.append(sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["h"]) + p["bf"][k]))
        reset.append(f[k] * s["h"][k])
    h = []
    for k in units:
        n = tanh(dot(p["Wn"][k], x) + dot(p["Un"][k], reset) + p["bn"][k])
        h.append((1 - f[k]) * s["h"][k] + f[k] * n)
    return h, {"h": h}
