"""The leaky reservoir of an echo state network: Jaeger 2001, with the leak as in Lukosevicius 2012, "A
practical guide to applying echo state networks", equations 2 and 3: it lies outside the tanh. A reservoir is
not trained, but its gradients exist all the same."""

from golden import dot, tanh

PARAMETERS = {"W": ("H", "I"), "U": ("H", "H"), "b": ("H",)}
STATES = {"h": "H"}
LEAK = 0.3


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        update = tanh(dot(p["W"][k], x) + dot(p["U"][k], s["h"]) + p["b"][k])
        h.append((1 - LEAK) * s["h"][k] + LEAK * update)
    return h, {"h": h}
