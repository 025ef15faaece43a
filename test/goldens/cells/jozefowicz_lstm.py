"""The LSTM of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures", as printed: i is the candidate, j the input gate, and the output gate o is a tanh."""

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
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["h"]) + p["bf"][k])
        o = tanh(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["bo"][k])
        c.append(s["c"][k] * f + i * j)
        h.append(tanh(c[k]) * o)
    return h, {"h": h, "c": c}
