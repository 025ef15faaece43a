"""The network of Jordan 1986, "Serial order: a parallel distributed processing approach": the output is fed
back to the hidden layer. The state is the last output alone, without Jordan's decaying sum of earlier
ones."""

from golden import dot, sigmoid

PARAMETERS = {"W": ("H", "I"), "U": ("H", "H"), "b": ("H",), "V": ("H", "H"), "c": ("H",)}
STATES = {"y": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(sigmoid(dot(p["W"][k], x) + dot(p["U"][k], s["y"]) + p["b"][k]))
    y = []
    for k in range(len(p["c"])):
        y.append(sigmoid(dot(p["V"][k], h) + p["c"][k]))
    return y, {"y": y}
