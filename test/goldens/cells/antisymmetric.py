"""The AntisymmetricRNN of Chang, Chen, Haber and Chi 2019, "AntisymmetricRNN: a dynamical system view on
recurrent neural networks", with diffusion gamma and step size epsilon."""

from golden import dot, tanh

PARAMETERS = {"W": ("H", "H"), "V": ("H", "I"), "b": ("H",)}
STATES = {"h": "H"}
GAMMA = 0.01
EPSILON = 0.1


def step(p, x, s):
    units = range(len(p["b"]))
    h = []
    for k in units:
        recurrent = -GAMMA * s["h"][k]
        for j in units:
            recurrent = recurrent + (p["W"][k][j] - p["W"][j][k]) * s["h"][j]
        h.append(s["h"][k] + EPSILON * tanh(recurrent + dot(p["V"][k], x) + p["b"][k]))
    return h, {"h": h}
