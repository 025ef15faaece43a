"""Writes forecasts.json: errors of point forecasts, quantile losses and CRPS of random series.

CRPS is integrated from its definition, the integral of (F(x) - 1{x >= y})^2, with scipy's quad for normal
distributions and exactly, interval by interval, for samples; not from closed forms.

    python test/goldens/measure/forecasts.py
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy.integrate import quad
from scipy.stats import norm


def crps_normal(mean, deviation, y):
    """Of the standardised target, times the deviation; the tails beyond 40 are below 1e-300."""
    z = (y - mean) / deviation
    low, high = min(-40.0, z), max(40.0, z)
    below, _ = quad(lambda x: norm.cdf(x) ** 2, low, z, points=[p for p in (-6, 0, 6) if low < p < z], epsabs=1e-13, epsrel=1e-12, limit=400)
    above, _ = quad(lambda x: norm.sf(x) ** 2, z, high, points=[p for p in (-6, 0, 6) if z < p < high], epsabs=1e-13, epsrel=1e-12, limit=400)
    return deviation * (below + above)


def crps_samples(samples, y):
    edges = np.sort(np.append(samples, y))
    total = 0.0
    for left, right in zip(edges[:-1], edges[1:]):
        share = np.mean(samples <= left)
        total += (right - left) * (share - (y <= left)) ** 2
    return float(total)


def pinball(y, q, level):
    return np.where(y >= q, level * (y - q), (1 - level) * (q - y))


def case(draw, n, samples, period):
    y = draw.normal(3, 4, n)
    f = y + draw.normal(0, 2, n)
    history = draw.normal(3, 4, period * 3 + 2)
    levels = np.sort(draw.uniform(0.02, 0.98, 5))
    quantiles = np.sort(f[:, None] + draw.normal(0, 3, (n, len(levels))), axis=1)
    deviations = draw.uniform(0.2, 5, n)
    drawn = f[:, None] + draw.normal(0, 3, (n, samples))
    scale = np.mean(np.abs(history[period:] - history[:-period]))
    losses = pinball(y[:, None], quantiles, levels)
    lower, upper = quantiles[:, 0], quantiles[:, -1]
    return {
        "targets": y.tolist(),
        "predictions": f.tolist(),
        "history": history.tolist(),
        "period": period,
        "levels": levels.tolist(),
        "quantiles": quantiles.flatten().tolist(),  # [n, levels]
        "deviations": deviations.tolist(),
        "samples": drawn.flatten().tolist(),  # [n, samples]
        "expected": {
            "meanAbsoluteError": float(np.mean(np.abs(y - f))),
            "rootMeanSquaredError": float(np.sqrt(np.mean((y - f) ** 2))),
            "meanAbsoluteScaledError": float(np.mean(np.abs(y - f)) / scale),
            "smape": float(200 * np.mean(np.abs(y - f) / (np.abs(y) + np.abs(f)))),
            "pinball": losses.mean(axis=0).tolist(),
            "crpsQuantiles": float(2 * losses.mean()),
            "crpsNormal": float(np.mean([crps_normal(*row) for row in zip(f, deviations, y)])),
            "crpsSamples": float(np.mean([crps_samples(*row) for row in zip(drawn, y)])),
            "coverage": float(np.mean((lower <= y) & (y <= upper))),
            "width": float(np.mean(upper - lower)),
        },
    }


def main():
    draw = np.random.default_rng(2006)
    cases = [
        case(draw, n, samples, period)
        for n, samples, period in [(1, 1, 1), (2, 2, 3), (3, 7, 1), (5, 10, 12), (9, 3, 4), (17, 5, 2), (23, 31, 7)]
    ]
    head = {"script": "test/goldens/measure/forecasts.py", "numpy": np.__version__, "scipy": scipy.__version__}
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases)
    path = Path(__file__).with_suffix(".json")
    path.write_text(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{path.name}: {path.stat().st_size} bytes")
    # Integration against the known value at the centre of a standard normal: (sqrt(2) - 1) / sqrt(pi).
    assert abs(crps_normal(0, 1, 0) - (np.sqrt(2) - 1) / np.sqrt(np.pi)) < 1e-12


main()
