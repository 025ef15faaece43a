"""MUT1 of Jozefowicz, Zaremba and Sutskever 2015, "An empirical exploration of recurrent network
architectures". z sees x alone, and the candidate adds tanh(x) without a matrix."""

from golden import dot, sigmoid, tanh

SIZES = {"I": 4}  # x is added to the state's width
PARAMETERS = {
    "Wz": ("H", "I"),
    "bz": ("H",),
    "Wr": ("H", "I"),
    "Ur": ("H", "H"),
    "br": ("H",),
    "Un": ("H", "H"),
    "bn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    units = range(len(p["bz"]))
    z, reset = [], []
    for k in units:
        z.append(sigmoid(dot(p["Wz"][k], x) + p["bz"][k]))
        r = sigmoid(dot(p["Wr"][k], x) + dot(p["Ur"][k], s["h"]) + p["br"][k])
        reset.append(r * s["h"][k])
    h = []
    for k in units:
        n = tanh(dot(p["Un"][k], reset) + tanh(x[k]) + p["bn"][k])
        h.append(n * z[k] + s["h"][k] * (1 - z[k]))
    return h, {"h": h}
