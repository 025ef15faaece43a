"""Mackey-Glass, delay 17, from x = 1.2: RK4 at a step of 0.1, and SciPy's DOP853 by the method of steps as a check.
Python 3, NumPy and SciPy; the versions used are written into the file. Run: python mackey_glass.py > mackey-glass.json"""
import json
import sys

import numpy as np
import scipy
from scipy.integrate import solve_ivp

TAU, START = 17, 1.2


def f(x, delayed):
    return 0.2 * delayed / (1 + delayed**10) - 0.1 * x


def hermite(t, xs, ds, h):
    """The value at time t of a solution with these values and slopes at the steps."""
    if t <= 0:
        return START
    i = min(int(np.floor(t / h + 1e-9)), len(xs) - 2)
    s = t / h - i
    return (
        (1 + 2 * s) * (1 - s) ** 2 * xs[i] + s * (1 - s) ** 2 * h * ds[i]
        + s * s * (3 - 2 * s) * xs[i + 1] + s * s * (s - 1) * h * ds[i + 1]
    )


def rk4(until, h):
    xs, ds = [START], [f(START, START)]
    for i in range(round(until / h)):
        t, x = i * h, xs[-1]
        a, b, c = (hermite(t + d - TAU, xs, ds, h) for d in (0, h / 2, h))
        k1 = f(x, a)
        k2 = f(x + h / 2 * k1, b)
        k3 = f(x + h / 2 * k2, b)
        k4 = f(x + h * k3, c)
        xs.append(x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
        ds.append(f(xs[-1], c))
    return xs[:: round(1 / h)]


def method_of_steps(until):
    """Each stretch of the delay is an ordinary equation in terms of the one before."""
    pieces, out = [lambda t: START], [START]
    x = START
    for k in range(-(-until // TAU)):
        past = pieces[-1]
        sol = solve_ivp(lambda t, y: f(y, past(t - TAU)), (k * TAU, (k + 1) * TAU), [x], method="DOP853",
                        rtol=1e-12, atol=1e-13, dense_output=True)
        pieces.append(lambda t, s=sol.sol: s(t)[0])
        out += [float(sol.sol(t)[0]) for t in range(k * TAU + 1, (k + 1) * TAU + 1)]
        x = sol.y[0, -1]
    return out[: until + 1]


json.dump({
    "made with": f"Python {sys.version.split()[0]}, NumPy {np.__version__}, SciPy {scipy.__version__}",
    "rk4": rk4(300, 0.1),
    "steps": method_of_steps(102),
}, sys.stdout, indent=1)
