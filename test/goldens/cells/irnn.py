"""The IRNN of Le, Jaitly and Hinton 2015, "A simple way to initialize recurrent networks of rectified linear
units". Its identity start is not part of the equations: U is drawn here like any other."""

import torch

from golden import dot, relu, torch_layer

PARAMETERS = {"W": ("H", "I"), "U": ("H", "H"), "b": ("H",)}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(relu(dot(p["W"][k], x) + dot(p["U"][k], s["h"]) + p["b"][k]))
    return h, {"h": h}


def module(p, xs, initial):
    H, I = p["W"].shape
    outputs, [h] = torch_layer(torch.nn.RNN(I, H, nonlinearity="relu"), p, [""], xs, [initial["h"]])
    return outputs, {"h": h}
