"""The simple recurrent network of Elman 1990, "Finding structure in time": logistic units."""

from golden import dot, sigmoid

PARAMETERS = {"W": ("H", "I"), "U": ("H", "H"), "b": ("H",)}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(sigmoid(dot(p["W"][k], x) + dot(p["U"][k], s["h"]) + p["b"][k]))
    return h, {"h": h}
