"""One layer of tanh units, with no recurrence: the textbook layer of Rumelhart, Hinton and Williams 1986,
"Learning representations by back-propagating errors", with tanh in place of the logistic function."""

from golden import dot, tanh

PARAMETERS = {"W": ("H", "I"), "b": ("H",)}
STATES = {}


def step(p, x, s):
    h = []
    for k in range(len(p["b"])):
        h.append(tanh(dot(p["W"][k], x) + p["b"][k]))
    return h, {}
