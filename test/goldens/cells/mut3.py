"""MUT3 of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures". z sees tanh of the state."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Uz": ("H", "H"),
    "bz": ("H",),
    "Wr": ("H", "I"),
    "Ur": ("H", "H"),
    "br": ("H",),
    "Un": ("H", "H"),
    "Wn": ("H", "I"),
    "bn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    units = range(len(p["bz"]))
    squashed = [tanh(value) for value in s["h"]]
    z, reset = [], []
    for k in units:
        z.append(sigmoid(dot(p["Wz"][k], x) + dot(p["Uz"][k], squashed) + p["bz"][k]))
        r = sigmoid(dot(p["Wr"][k], x) + dot(p["Ur"][k], s["h"]) + p["br"][k])
        reset.append(r * s["h"][k])
    h = []
    for k in units:
        n = tanh(dot(p["Un"][k], reset) + dot(p["Wn"][k], x) + p["bn"][k])
        h.append(n * z[k] + s["h"][k] * (1 - z[k]))
    return h, {"h": h}
