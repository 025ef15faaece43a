"""The GRU with the reset after the product with U, as in the first version of Cho et al. 2014, "Learning
phrase representations using RNN encoder-decoder", and in PyTorch. z keeps the old state."""

import torch

from golden import dot, sigmoid, tanh, torch_layer

PARAMETERS = {
    "Wr": ("H", "I"),
    "Ur": ("H", "H"),
    "br": ("H",),
    "Wz": ("H", "I"),
    "Uz": ("H", "H"),
    "bz": ("H",),
    "Wn": ("H", "I"),
    "bn": ("H",),
    "Un": ("H", "H"),
    "cn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["br"])):
        r = sigmoid(dot(p["Wr"][k], x) + dot(p["Ur"][k], s["h"]) + p["br"][k])
        z = sigmoid(dot(p["Wz"][k], x) + dot(p["Uz"][k], s["h"]) + p["bz"][k])
        n = tanh(dot(p["Wn"][k], x) + p["bn"][k] + r * (dot(p["Un"][k], s["h"]) + p["cn"][k]))
        h.append(z * s["h"][k] + (1 - z) * n)
    return h, {"h": h}


def module(p, xs, initial):
    H, I = p["Wr"].shape
    outputs, [h] = torch_layer(torch.nn.GRU(I, H), p, "rzn", xs, [initial["h"]])
    return outputs, {"h": h}
