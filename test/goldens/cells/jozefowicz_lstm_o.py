"""LSTM-o of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures": the LSTM as printed there, without the output gate o."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
    "Wj": ("H", "I"),
    "Uj": ("H", "H"),
    "bj": ("H",),
    "Wf": ("H", "I"),
    "Uf": ("H", "H"),
    "bf": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = tanh(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["bi"][k])
        j = sigmoid(dot(p["Wj"][k], x) + dot(p["Uj"][k], s["h"]) + p["bj"][k])
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["h"]) + p["bf"][k])
        c.append(s["c"][k] * f + i * j)
        h.append(tanh(c[k]))
    return h, {"h": h, "c": c}
