"""The light GRU of Ravanelli, Brakel, Omologo and Bengio 2018, "Light gated recurrent units for speech
recognition", with layer normalisation (Ba, Kiros and Hinton 2016) where the paper has batch normalisation: on
the products with x alone. The norms' shifts serve as biases."""

from golden import dot, relu, sigmoid

PARAMETERS = {
    "Wz": ("H", "I"),
    "Uz": ("H", "H"),
    "Wn": ("H", "I"),
    "Un": ("H", "H"),
    "norm1.gain": ("H",),
    "norm1.shift": ("H",),
    "norm2.gain": ("H",),
    "norm2.shift": ("H",),
}
STATES = {"h": "H"}
EPSILON = 1e-5


def normalised(a, gain, shift):
    mean = sum(a) / len(a)
    variance = sum((value - mean) ** 2 for value in a) / len(a)
    result = []
    for k in range(len(a)):
        result.append((a[k] - mean) / (variance + EPSILON) ** 0.5 * gain[k] + shift[k])
    return result


def step(p, x, s):
    from_x_z = normalised([dot(row, x) for row in p["Wz"]], p["norm1.gain"], p["norm1.shift"])
    from_x_n = normalised([dot(row, x) for row in p["Wn"]], p["norm2.gain"], p["norm2.shift"])
    h = []
    for k in range(len(s["h"])):
        z = sigmoid(from_x_z[k] + dot(p["Uz"][k], s["h"]))
        n = relu(from_x_n[k] + dot(p["Un"][k], s["h"]))
        h.append(z * s["h"][k] + (1 - z) * n)
    return h, {"h": h}
