"""Nats of a test frame from counts of keys, the numbers in test/baselines/key-marginals.test.ts.
python markov.py FOLDER, with the JSON files of polyphonic-music in it. Written with Python 3.11 and numpy 2.4.6."""
import json
import sys

import numpy as np


def dense(pieces):
    out = []
    for piece in pieces:
        roll = np.zeros((len(piece), 88))
        for f, frame in enumerate(piece):
            roll[f, frame] = 1
        out.append(roll)
    return out


def nats(p, x):
    return -np.where(x == 1, np.log(p), np.log(1 - p)).sum()


for name in ["JSB_Chorales", "Nottingham"]:
    with open(f"{sys.argv[1]}/{name}.json") as file:
        data = json.load(file)
    train, test = dense(data["train"]), dense(data["test"])
    frames = sum(len(roll) for roll in test)
    alone = (sum(r.sum(0) for r in train) + 1) / (sum(len(r) for r in train) + 2)
    before = np.concatenate([np.vstack([np.zeros(88), r[:-1]]) for r in train])
    now = np.concatenate(train)
    on = ((now * before).sum(0) + 1) / (before.sum(0) + 2)
    off = ((now * (1 - before)).sum(0) + 1) / ((1 - before).sum(0) + 2)
    markov = 0
    for r in test:
        markov += nats(np.where(np.vstack([np.zeros(88), r[:-1]]) == 1, on, off), r)
    print(name, sum(nats(alone, r) for r in test) / frames, markov / frames)
