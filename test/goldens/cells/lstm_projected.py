"""The LSTM with a recurrent projection layer: Sak, Senior and Beaufays 2014, "Long short-term memory
recurrent neural network architectures for large scale acoustic modeling", here without peepholes."""

import torch

from golden import dot, sigmoid, tanh, torch_layer

SIZES = {"P": 3}
PARAMETERS = {
    "Wi": ("H", "I"),
    "Ui": ("H", "P"),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Uf": ("H", "P"),
    "bf": ("H",),
    "Wg": ("H", "I"),
    "Ug": ("H", "P"),
    "bg": ("H",),
    "Wo": ("H", "I"),
    "Uo": ("H", "P"),
    "bo": ("H",),
    "R": ("P", "H"),
}
STATES = {"c": "H", "r": "P"}


def step(p, x, s):
    m, c = [], []
    for k in range(len(p["bi"])):
        i = sigmoid(dot(p["Wi"][k], x) + dot(p["Ui"][k], s["r"]) + p["bi"][k])
        f = sigmoid(dot(p["Wf"][k], x) + dot(p["Uf"][k], s["r"]) + p["bf"][k])
        g = tanh(dot(p["Wg"][k], x) + dot(p["Ug"][k], s["r"]) + p["bg"][k])
        o = sigmoid(dot(p["Wo"][k], x) + dot(p["Uo"][k], s["r"]) + p["bo"][k])
        c.append(f * s["c"][k] + i * g)
        m.append(o * tanh(c[k]))
    r = []
    for row in p["R"]:
        r.append(dot(row, m))
    return r, {"c": c, "r": r}


def module(p, xs, initial):
    H, I = p["Wi"].shape
    layer = torch.nn.LSTM(I, H, proj_size=len(p["R"]))
    outputs, [r, c] = torch_layer(layer, p, "ifgo", xs, [initial["r"], initial["c"]])
    return outputs, {"c": c, "r": r}
