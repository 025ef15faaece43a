"""The LSTM whose input and forget gates are coupled, Greff et al. 2017, "LSTM: a search space odyssey", here
without peepholes: what the input gate lets in, the cell forgets."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
    "Wg": ("H", "I"),
    "Ug": ("H", "H"),
    "bg": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "H"),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["bi"][k])
        g = tanh(dot(p["Wg"][k], x) + dot(p["Ug"][k], s["h"]) + p["bg"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["bo"][k])
        c.append((1 - i) * s["c"][k] + i * g)
        h.append(o * tanh(c[k]))
    return h, {"h": h, "c": c}
