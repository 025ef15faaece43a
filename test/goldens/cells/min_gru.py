"""The minGRU of Feng et al. 2024, "Were RNNs all we needed?", in its plain version, not the log-space one:
the candidate is linear, and neither it nor the gate sees the state."""

from golden import dot, sigmoid

PARAMETERS = {"Wz": ("H", "I"), "bz": ("H",), "Wn": ("H", "I"), "bn": ("H",)}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["bz"])):
        z = sigmoid(dot(p["Wz"][k], x) + p["bz"][k])
        n = dot(p["Wn"][k], x) + p["bn"][k]
        h.append((1 - z) * s["h"][k] + z * n)
    return h, {"h": h}
