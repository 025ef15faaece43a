"""Writes backtest.json: MASE and coverage of the baselines of baselines.py over the last 12 origins of real series.

Each origin fits to all before it; horizon 12, period 12, 24 lags, ridge 1. MASE is scaled by the seasonal naive error
of the same history; coverage is of the interval from the quantile 0.1 to 0.9. Needs the folder of the series.

    python test/goldens/forecasting/backtest.py ../shared/data/time-series
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
from baselines import forecast, linear, naive, seasonal

methods = {
    "naive": naive,
    "seasonalNaive": lambda y, step: seasonal(y, step, 12),
    "linear": lambda y, step: linear(y, step, 24, 1.0),
}


def backtest(y, method):
    scores = []
    for origin in range(len(y) - 23, len(y) - 11):
        history, target = y[:origin], y[origin : origin + 12]
        made = forecast(history, 12, [0.1, 0.9], method)
        error = np.mean(np.abs(target - made["mean"])) / np.mean(np.abs(history[12:] - history[:-12]))
        low, high = np.array(made["quantiles"])
        scores.append([error, np.mean((target >= low) & (target <= high))])
    mase, coverage = np.mean(scores, axis=0)
    return {"mase": float(mase), "coverage": float(coverage)}


cases = {}
for file in ("airline-passengers.csv", "monthly-sunspots.csv"):
    rows = list(csv.reader(open(Path(sys.argv[1]) / file)))[1:]
    y = np.array([float(row[1]) for row in rows])
    cases[file] = {name: backtest(y, method) for name, method in methods.items()}
head = {"script": "test/goldens/forecasting/backtest.py", "numpy": np.__version__}
Path(__file__).with_suffix(".json").write_text(json.dumps({**head, "cases": cases}) + "\n")
