"""The gated AntisymmetricRNN of Chang, Chen, Haber and Chi 2019, "AntisymmetricRNN: a dynamical system view
on recurrent neural networks": the gate and the candidate share the recurrent matrix."""

from golden import dot, sigmoid, tanh

PARAMETERS = {"W": ("H", "H"), "Vz": ("H", "I"), "bz": ("H",), "Vh": ("H", "I"), "bh": ("H",)}
STATES = {"h": "H"}
GAMMA = 0.01
EPSILON = 0.1


def step(p, x, s):
    units = range(len(p["bz"]))
    h = []
    for k in units:
        recurrent = -GAMMA * s["h"][k]
        for j in units:
            recurrent = recurrent + (p["W"][k][j] - p["W"][j][k]) * s["h"][j]
        z = sigmoid(recurrent + dot(p["Vz"][k], x) + p["bz"][k])
        h.append(s["h"][k] + EPSILON * z * tanh(recurrent + dot(p["Vh"][k], x) + p["bh"][k]))
    return h, {"h": h}
