"""Writes scaling.json: a random series scaled with numpy, by slices, for each choice of logarithm and lag.

    python test/goldens/forecasting/scaling.py
"""

import json
from pathlib import Path

import numpy as np


def case(draw, log, lag):
    y = np.exp(draw.normal(2, 0.5, 41))
    u = np.log(y) if log else y
    d = u[lag:] - u[:-lag] if lag else u
    fitted = d[: 29 - lag]  # of the first 29 values
    return {
        "log": log,
        "lag": lag,
        "values": y.tolist(),
        "part": 29,
        "mean": float(fitted.mean()),
        "deviation": float(fitted.std()),
        "scaled": ((d - fitted.mean()) / fitted.std()).tolist(),
    }


draw = np.random.default_rng(5)
cases = [case(draw, log, lag) for log in (False, True) for lag in (0, 1, 7)]
head = {"script": "test/goldens/forecasting/scaling.py", "numpy": np.__version__}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps({**head, "cases": cases}) + "\n")
