"""The IndRNN of Li, Li, Cook, Zhu and Gao 2018, "Independently recurrent neural network": each unit sees its
own past alone. Rectified linear units."""

from golden import dot, relu

PARAMETERS = {"W": ("H", "I"), "u": ("H",), "b": ("H",)}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(relu(dot(p["W"][k], x) + p["u"][k] * s["h"][k] + p["b"][k]))
    return h, {"h": h}
