"""The simple recurrent network of Elman 1990, "Finding structure in time", with tanh in place of the
logistic function."""

import torch

from golden import dot, tanh, torch_layer

PARAMETERS = {"W": ("H", "I"), "U": ("H", "H"), "b": ("H",)}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(tanh(dot(p["W"][k], x) + dot(p["U"][k], s["h"]) + p["b"][k]))
    return h, {"h": h}


def module(p, xs, initial):
    H, I = p["W"].shape
    outputs, [h] = torch_layer(torch.nn.RNN(I, H, nonlinearity="tanh"), p, [""], xs, [initial["h"]])
    return outputs, {"h": h}
