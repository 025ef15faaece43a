"""PyTorch: its own recurrent layers, with default settings or the fastest ones; and a cell that it lacks, an LSTM with
peepholes, as its users write one. Adam, cross-entropy at each step, clipping of the global norm."""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from serve import random_integers, serve

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "elman": nn.RNN}


class LanguageModel(nn.Module):
    def __init__(self, cell, vocabulary, size, layers):
        super().__init__()
        self.vocabulary = vocabulary
        self.layers = LAYERS[cell](vocabulary, size, layers)
        self.readout = nn.Linear(size, vocabulary)

    def forward(self, symbols, state=None):  # symbols: [T, B]
        outputs, state = self.layers(F.one_hot(symbols, self.vocabulary).float(), state)
        return self.readout(outputs), state


class PeepholeLayer(nn.Module):
    """Gers & Schmidhuber 2000, as in Graves 2013: the input and forget gates see the previous cell state, the output gate
    the new one. Products that depend on the input alone are computed for all steps at once."""

    def __init__(self, inputs: int, size: int):
        super().__init__()
        self.size = size
        self.W = nn.Linear(inputs, 4 * size)
        self.U = nn.Linear(size, 4 * size, bias=False)
        self.pi = nn.Parameter(torch.zeros(size))
        self.pf = nn.Parameter(torch.zeros(size))
        self.po = nn.Parameter(torch.zeros(size))

    def forward(self, x):  # [T, B, inputs]
        before = self.W(x)
        h = torch.zeros(x.size(1), self.size)
        c = torch.zeros(x.size(1), self.size)
        outputs = []
        for t in range(x.size(0)):
            i, f, g, o = (before[t] + self.U(h)).chunk(4, 1)
            i = torch.sigmoid(i + self.pi * c)
            f = torch.sigmoid(f + self.pf * c)
            c = f * c + i * torch.tanh(g)
            h = torch.sigmoid(o + self.po * c) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)


class PeepholeModel(nn.Module):
    def __init__(self, vocabulary, size, layers, script):
        super().__init__()
        self.vocabulary = vocabulary
        stack = [PeepholeLayer(vocabulary if n == 0 else size, size) for n in range(layers)]
        self.layers = nn.ModuleList([torch.jit.script(layer) if script else layer for layer in stack])
        self.readout = nn.Linear(size, vocabulary)

    def forward(self, symbols):
        x = F.one_hot(symbols, self.vocabulary).float()
        for layer in self.layers:
            x = layer(x)
        return self.readout(x), None


def set_up(task):
    configuration, vocabulary = task["configuration"], task["vocabulary"]
    size, layers = configuration["size"], configuration["layers"]
    batch, steps = configuration["batch"], configuration["steps"]
    torch.set_num_threads(task["threads"])
    torch.manual_seed(1)
    settings = task.get("settings", {})
    torch.set_flush_denormal(settings.get("tuned", False))
    if task["cell"] == "peephole":
        model = PeepholeModel(vocabulary, size, layers, settings.get("script", False))
    else:
        model = LanguageModel(task["cell"], vocabulary, size, layers)
    symbols = torch.tensor(random_integers(steps * batch, vocabulary)).view(steps, batch)
    targets = torch.tensor(random_integers(steps * batch, vocabulary)).view(steps, batch)
    versions = {"PyTorch": torch.__version__, "Python": sys.version.split()[0]}
    if configuration["work"] == "train":
        call = training(model, symbols, targets, fused=settings.get("tuned", False))
    else:
        call = inference(model, symbols, configuration["work"] == "step")
    if settings.get("script"):
        # Its compiler profiles the first calls and optimises during the next ones.
        for _ in range(4):
            call()
    note = None
    if settings.get("tuned"):
        note = "with oneDNN" if choose_products(call) else "with MKL"
    return call, versions, note


def choose_products(call):
    """Chooses oneDNN or MKL, whichever is faster at this work; returns true for oneDNN."""
    best = {True: float("inf"), False: float("inf")}
    begin = time.perf_counter()
    rounds = 0
    # In turns, so that other load affects both; the first round is a warm-up.
    while rounds < 4 or time.perf_counter() - begin < 1:
        for enabled in best:
            torch.backends.mkldnn.enabled = enabled
            start = time.perf_counter()
            call()
            if rounds > 0:
                best[enabled] = min(best[enabled], time.perf_counter() - start)
        rounds += 1
    torch.backends.mkldnn.enabled = best[True] <= best[False]
    return torch.backends.mkldnn.enabled


def training(model, symbols, targets, fused):
    vocabulary = model.vocabulary
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002, **({"fused": True} if fused else {}))

    def call():
        optimizer.zero_grad()
        logits, _ = model(symbols)
        loss = F.cross_entropy(logits.view(-1, vocabulary), targets.view(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        value = loss.item()
        if not value < 1e9:
            raise ArithmeticError(f"its loss is {value}")

    return call


def inference(model, symbols, carried):
    model.eval()
    state = None

    def call():
        nonlocal state
        with torch.inference_mode():
            logits, after = model(symbols, state)
        if carried:
            state = after
        return logits

    return call


if __name__ == "__main__":
    serve(set_up)
