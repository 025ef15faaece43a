"""The LSTM of Hochreiter and Schmidhuber 1997, "Long short-term memory", one cell per block: no forget gate,
g a logistic function onto (-2, 2), h one onto (-1, 1). The gradients here are the whole ones; the paper cuts
them off at the gates."""

from golden import dot, sigmoid

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "H"),
    "bo": ("H",),
    "Wg": ("H", "I"),
    "Ug": ("H", "H"),
    "bg": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["bi"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["bo"][k])
        g = 4 * sigmoid(dot(p["Wg"][k], x) + dot(p["Ug"][k], s["h"]) + p["bg"][k]) - 2
        c.append(s["c"][k] + i * g)
        h.append(o * (2 * sigmoid(c[k]) - 1))
    return h, {"h": h, "c": c}
