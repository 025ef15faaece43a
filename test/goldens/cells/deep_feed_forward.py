"""Three layers of rectified linear units, with no recurrence: Glorot, Bordes and Bengio 2011, "Deep sparse
rectifier neural networks". The last layer is rectified too."""

from golden import dot, relu

PARAMETERS = {
    "W1": ("H", "I"),
    "b1": ("H",),
    "W2": ("H", "H"),
    "b2": ("H",),
    "W3": ("H", "H"),
    "b3": ("H",),
}
STATES = {}


def step(p, x, s):
    h = x
    for layer in "123":
        W, b, below = p["W" + layer], p["b" + layer], h
        h = []
        for k in range(len(b)):
            h.append(relu(dot(W[k], below) + b[k]))
    return h, {}
