"""The chaos-free network of Laurent and von Brecht 2016, arXiv:1612.06212v1, "A recurrent neural network without
chaos", equations 2 to 4: what remains of the state is its tanh, and what comes in sees the input alone."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "W": ("H", "I"),
    "Wf": ("H", "I"),
    "Uf": ("H", "H"),
    "bf": ("H",),
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(s["h"])):
        forget = sigmoid(dot(p["Uf"][k], s["h"]) + dot(p["Wf"][k], x) + p["bf"][k])
        enter = sigmoid(dot(p["Ui"][k], s["h"]) + dot(p["Wi"][k], x) + p["bi"][k])
        h.append(forget * tanh(s["h"][k]) + enter * tanh(dot(p["W"][k], x)))
    return h, {"h": h}
