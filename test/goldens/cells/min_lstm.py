"""The minLSTM of Feng et al. 2024, "Were RNNs all we needed?", in its plain version, not the log-space one:
the two gates are normalised to the sum 1, and nothing but the last line sees the state."""

from golden import dot, sigmoid

PARAMETERS = {
    "Wf": ("H", "I"),
    "bf": ("H",),
    "Wi": ("H", "I"),
    "bi": ("H",),
    "Wn": ("H", "I"),
    "bn": ("H",),
}
STATES = {"h": "H"}


def step(p, x, s):
    h = []
    for k in range(len(p["bf"])):
        f = sigmoid(dot(p["Wf"][k], x) + p["bf"][k])
        i = sigmoid(dot(p["Wi"][k], x) + p["bi"][k])
        n = dot(p["Wn"][k], x) + p["bn"][k]
        h.append(f / (f + i) * s["h"][k] + i / (f + i) * n)
    return h, {"h": h}
