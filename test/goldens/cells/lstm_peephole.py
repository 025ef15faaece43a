"""The LSTM with peepholes: Gers, Schraudolph and Schmidhuber 2002, "Learning precise timing with LSTM
recurrent networks", with tanh for both squashing functions. The output gate sees the new c."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "pi": ("H",),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Uf": ("H", "H"),
    "pf": ("H",),
    "bf": ("H",),
    "Wg": ("H", "I"),
    "Ug": ("H", "H"),
    "bg": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "H"),
    "po": ("H",),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["pi"][k] * s["c"][k] + p["bi"][k])
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["h"]) + p["pf"][k] * s["c"][k] + p["bf"][k])
        g = tanh(dot(p["Wg"][k], x) + dot(p["Ug"][k], s["h"]) + p["bg"][k])
        c.append(f * s["c"][k] + i * g)
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["po"][k] * c[k] + p["bo"][k])
        h.append(o * tanh(c[k]))
    return h, {"h": h, "c": c}
