"""The LSTM in use today: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, tanh as
both squashing functions and no peepholes, as in Zaremba, Sutskever and Vinyals 2014."""

import torch

from golden import dot, sigmoid, tanh, torch_layer

PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "H"),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Uf": ("H", "H"),
    "bf": ("H",),
    "Wg": ("H", "I"),
    "Ug": ("H", "H"),
    "bg": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "H"),
    "bo": ("H",),
}
STATES = {"h": "H", "c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bi"])):
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["h"]) + p["bi"][k])
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["h"]) + p["bf"][k])
        g = tanh(dot(p["Wg"][k], x) + dot(p["Ug"][k], s["h"]) + p["bg"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["h"]) + p["bo"][k])
        c.append(f * s["c"][k] + i * g)
        h.append(o * tanh(c[k]))
    return h, {"h": h, "c": c}


def module(p, xs, initial):
    H, I = p["Wi"].shape
    outputs, [h, c] = torch_layer(torch.nn.LSTM(I, H), p, "ifgo", xs, [initial["h"], initial["c"]])
    return outputs, {"h": h, "c": c}
