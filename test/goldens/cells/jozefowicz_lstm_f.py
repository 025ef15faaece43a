"""LSTM-f of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures": the LSTM as printed there, without the forget gate f."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
    "Wj": ("H", "I"),
    "Uj": ("H", "H"),
    "bj": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "H"),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = tanh(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["bi"][k])
        j = sigmoid(dot(p["Wj"][k], x) + dot(p["Uj"][k], s["h"]) + p["bj"][k])
        o = tanh(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["bo"][k])
        c.append(s["c"][k] + i * j)
        h.append(tanh(c[k]) * o)
    return h, {"h": h, "c": c}
