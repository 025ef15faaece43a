"""FGR of Greff et al. 2017, "LSTM: a search space odyssey": the vanilla LSTM with full gate recurrence, as in
Hochreiter and Schmidhuber 1997. Each gate also sees the previous activations of all three; R<a><b> leads into
gate a from gate b."""

from golden import dot, sigmoid, tanh

PARAMETERS = {
    "Wz": ("H", "I"),
    "Rz": ("H", "H"),
    "bz": ("H",),
    "Wi": ("H", "I"),
    "Ri": ("H", "H"),
    "pi": ("H",),
    "bi": ("H",),
    "Wf": ("H", "I"),
    "Rf": ("H", "H"),
    "pf": ("H",),
    "bf": ("H",),
    "Wo": ("H", "I"),
    "Ro": ("H", "H"),
    "po": ("H",),
    "bo": ("H",),
    "Rii": ("H", "H"),
    "Rif": ("H", "H"),
    "Rio": ("H", "H"),
    "Rfi": ("H", "H"),
    "Rff": ("H", "H"),
    "Rfo": ("H", "H"),
    "Roi": ("H", "H"),
    "Rof": ("H", "H"),
    "Roo": ("H", "H"),
}
STATES = {"h": "H", "c": "H", "i": "H", "f": "H", "o": "H"}


def step(p, x, s):
    def gate(a, k, cell):
        net = dot(p["W" + a][k], x) + dot(p["R" + a][k], s["h"]) + p["p" + a][k] * cell + p["b" + a][k]
        for b in "ifo":
            net = net + dot(p["R" + a + b][k], s[b])
        return sigmoid(net)

    h, c, i, f, o = [], [], [], [], []
    for k in range(len(p["bz"])):
        z = tanh(dot(p["Wz"][k], x) + dot(p["Rz"][k], s["h"]) + p["bz"][k])
        i.append(gate("i", k, s["c"][k]))
        f.append(gate("f", k, s["c"][k]))
        c.append(z * i[k] + s["c"][k] * f[k])
        o.append(gate("o", k, c[k]))
        h.append(tanh(c[k]) * o[k])
    return h, {"h": h, "c": c, "i": i, "f": f, "o": o}
