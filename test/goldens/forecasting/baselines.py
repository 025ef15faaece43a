"""Writes baselines.json: forecasts of a random seasonal series by numpy, quantiles by numpy.quantile.

The regression is the least-squares problem itself, with the ridge as further rows, solved by lstsq (singular
values) and not by normal equations, of windows made by sliding_window_view.

    python test/goldens/forecasting/baselines.py
"""

import json
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def naive(y, step):
    return y[: len(y) - step], y[-1]


def seasonal(y, step, period):
    ahead = (step - 1) % period  # of the season's places, counted from the first of the last season
    windows = sliding_window_view(y, period)
    return windows[: len(windows) - step, ahead], windows[-1, ahead]


def linear(y, step, lags, ridge):
    z = (y - y.mean()) / y.std()
    windows = sliding_window_view(z, lags)
    x, target = windows[: len(windows) - step], z[lags + step - 1 :]
    design = np.column_stack([x, np.ones(len(x))])
    penalty = np.sqrt(ridge) * np.eye(lags, lags + 1)
    weights = np.linalg.lstsq(np.vstack([design, penalty]), np.append(target, np.zeros(lags)), rcond=None)[0]
    back = lambda v: v * y.std() + y.mean()
    return back(design @ weights), float(back(np.append(windows[-1], 1) @ weights))


def forecast(y, horizon, levels, method):
    mean, quantiles = [], []
    for step in range(1, horizon + 1):
        fitted, value = method(y, step)
        residuals = y[len(y) - len(fitted) :] - fitted
        mean.append(float(value))
        quantiles.append((value + np.quantile(residuals, levels)).tolist())
    return {"mean": mean, "quantiles": np.transpose(quantiles).tolist()}  # [levels][horizon]


def case(draw, n, horizon, period, lags, ridge, levels):
    t = np.arange(n)
    y = 50 + 0.3 * t + 8 * np.sin(2 * np.pi * t / period) + draw.normal(0, 2, n)
    return {
        "history": y.tolist(),
        "horizon": horizon,
        "period": period,
        "lags": lags,
        "ridge": ridge,
        "levels": levels,
        "naive": forecast(y, horizon, levels, naive),
        "seasonalNaive": forecast(y, horizon, levels, lambda y, s: seasonal(y, s, period)),
        "linear": forecast(y, horizon, levels, lambda y, s: linear(y, s, lags, ridge)),
    }


def main():
    draw = np.random.default_rng(11)
    cases = [
        case(draw, 61, 9, 7, 14, 1.0, [0.1, 0.5, 0.9]),
        case(draw, 40, 3, 5, 5, 0.0, [0.025, 0.3]),
        case(draw, 23, 6, 4, 8, 12.5, [0.75]),
    ]
    head = {"script": "test/goldens/forecasting/baselines.py", "numpy": np.__version__}
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({**head, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
