"""The simple recurrent unit of Lei, Zhang, Wang, Dai and Artzi 2018, "Simple recurrent units for highly
parallelizable recurrence" (EMNLP version): both gates see the previous c, the highway carries x itself and
is not scaled."""

from golden import dot, sigmoid

SIZES = {"I": 4}  # the highway adds x to the state
PARAMETERS = {
    "W": ("H", "I"),
    "Wf": ("H", "I"),
    "vf": ("H",),
    "bf": ("H",),
    "Wr": ("H", "I"),
    "vr": ("H",),
    "br": ("H",),
}
STATES = {"c": "H"}


def step(p, x, s):
    h, c = [], []
    for k in range(len(p["bf"])):
        f = sigmoid(dot(p["Wf"][k], x) + p["vf"][k] * s["c"][k] + p["bf"][k])
        c.append(f * s["c"][k] + (1 - f) * dot(p["W"][k], x))
        r = sigmoid(dot(p["Wr"][k], x) + p["vr"][k] * s["c"][k] + p["br"][k])
        h.append(r * c[k] + (1 - r) * x[k])
    return h, {"c": c}
