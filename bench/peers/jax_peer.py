"""JAX: the equations written out, `scan` over time, the whole step under `jit` with donated buffers. The input selects
rows of the weights; products that depend on it alone are computed for all steps at once."""

import math
import sys
from functools import partial

import jax
import jax.numpy as jnp

from serve import random_integers, serve

GATES = {"lstm": 4, "peephole": 4, "gru": 3, "elman": 1}
BETA = (0.9, 0.999)


def elman(p, h, a):
    h = jnp.tanh(a + h @ p["U"])
    return h, h


def gru(p, h, a):
    size = h.shape[-1]
    u = h @ p["U"] + p["c"]
    r, z = jnp.split(jax.nn.sigmoid(a[:, : 2 * size] + u[:, : 2 * size]), 2, axis=1)
    n = jnp.tanh(a[:, 2 * size :] + r * u[:, 2 * size :])
    h = (1 - z) * n + z * h
    return h, h


def lstm(p, state, a):
    h, c = state
    i, f, g, o = jnp.split(a + h @ p["U"], 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def peephole(p, state, a):
    h, c = state
    i, f, g, o = jnp.split(a + h @ p["U"], 4, axis=1)
    c = jax.nn.sigmoid(f + p["pf"] * c) * c + jax.nn.sigmoid(i + p["pi"] * c) * jnp.tanh(g)
    h = jax.nn.sigmoid(o + p["po"] * c) * jnp.tanh(c)
    return (h, c), h


CELLS = {"lstm": lstm, "peephole": peephole, "gru": gru, "elman": elman}


def draw(key, *shape, bound):
    return jax.random.uniform(key, shape, minval=-bound, maxval=bound)


def parameters_of(cell, size, layers, vocabulary):
    keys = iter(jax.random.split(jax.random.key(1), 8 * layers + 2))
    draw_one = lambda *shape: draw(next(keys), *shape, bound=1 / math.sqrt(size))
    width = GATES[cell] * size
    stack = []
    for n in range(layers):
        layer = {"W": draw_one(vocabulary if n == 0 else size, width), "U": draw_one(size, width)}
        layer["b"] = draw_one(width)
        if cell == "gru":
            layer["c"] = draw_one(width)
        if cell == "peephole":
            layer |= {name: draw_one(size) for name in ("pi", "pf", "po")}
        stack.append(layer)
    return {"layers": stack, "W": draw_one(size, vocabulary), "b": draw_one(vocabulary)}


def loss_of(parameters, symbols, targets, cell, size):
    x = None
    for layer in parameters["layers"]:
        a = (layer["W"][symbols] if x is None else x @ layer["W"]) + layer["b"]
        start = jnp.zeros((symbols.shape[1], size))
        state = (start, start) if GATES[cell] == 4 else start
        _, x = jax.lax.scan(partial(CELLS[cell], layer), state, a)
    logits = jax.nn.log_softmax(x @ parameters["W"] + parameters["b"])
    return -jnp.mean(jnp.take_along_axis(logits, targets[..., None], axis=-1))


@partial(jax.jit, static_argnums=(6, 7), donate_argnums=(0, 1, 2))
def step(parameters, first, second, symbols, targets, count, cell, size):
    loss, gradient = jax.value_and_grad(loss_of)(parameters, symbols, targets, cell, size)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    factor = jnp.minimum(1, 5 / (norm + 1e-6))
    step_size = 0.002 / (1 - BETA[0] ** count)
    correction = jnp.sqrt(1 - BETA[1] ** count)
    clipped = jax.tree.map(lambda g: g * factor, gradient)
    first = jax.tree.map(lambda m, g: BETA[0] * m + (1 - BETA[0]) * g, first, clipped)
    second = jax.tree.map(lambda v, g: BETA[1] * v + (1 - BETA[1]) * g * g, second, clipped)
    update = lambda w, m, v: w - step_size * m / (jnp.sqrt(v) / correction + 1e-8)
    return loss, jax.tree.map(update, parameters, first, second), first, second


def set_up(task):
    configuration, vocabulary, cell = task["configuration"], task["vocabulary"], task["cell"]
    size, layers = configuration["size"], configuration["layers"]
    batch, steps = configuration["batch"], configuration["steps"]
    parameters = parameters_of(cell, size, layers, vocabulary)
    first = jax.tree.map(jnp.zeros_like, parameters)
    second = jax.tree.map(jnp.zeros_like, parameters)
    integers = lambda: jnp.array(random_integers(steps * batch, vocabulary)).reshape(steps, batch)
    symbols, targets = integers(), integers()
    count = 0

    def call():
        nonlocal parameters, first, second, count
        count += 1
        loss, parameters, first, second = step(
            parameters, first, second, symbols, targets, jnp.float32(count), cell, size
        )
        value = float(loss)
        jax.block_until_ready(parameters)
        if not value < 1e9:
            raise ArithmeticError(f"its loss is {value}")

    call()
    return call, {"JAX": jax.__version__, "Python": sys.version.split()[0]}, None


if __name__ == "__main__":
    serve(set_up)
