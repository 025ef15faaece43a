"""Writes model.json: ten training steps of a small character model, once per optimiser, by PyTorch in float64.

One-hot tokens, two LSTM layers with one bias per gate (b_hh is zero and not trained), a linear
readout, the mean cross-entropy over a window's tokens. The state starts at zero and is carried,
detached, from window to window. The gradient's norm is clipped before each update; the seed is one
with which that bites at some updates and not at others.

    python test/goldens/make_model.py
"""

import torch
from torch.nn.functional import cross_entropy, one_hot
from torch.nn.utils import clip_grad_norm_

from golden import flat, shaped, write

V, H, T, B, UPDATES = 7, 5, 6, 3, 10
GATES = "ifgo"  # torch's order
CLIP = 0.25
SEED = 3

# our name: (torch's optimiser, its arguments)
OPTIMIZERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "sgd-momentum": (torch.optim.SGD, dict(lr=0.1, momentum=0.9)),
    "sgd-nesterov": (torch.optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-8)),
    "adagrad": (torch.optim.Adagrad, dict(lr=0.05, eps=1e-10)),
    "adam": (torch.optim.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)),
    "adam-l2": (torch.optim.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)),
}


def build(initial):
    """The two layers and the readout, and their trained tensors."""
    lstm, readout = torch.nn.LSTM(V, H, num_layers=2), torch.nn.Linear(H, V)
    with torch.no_grad():
        for layer in (0, 1):
            for ours, theirs in (("W", "weight_ih"), ("U", "weight_hh"), ("b", "bias_ih")):
                parts = [initial[f"layer{layer + 1}.{ours}{gate}"] for gate in GATES]
                getattr(lstm, f"{theirs}_l{layer}").copy_(torch.cat(parts))
            getattr(lstm, f"bias_hh_l{layer}").zero_().requires_grad_(False)
        readout.weight.copy_(initial["readout.W"])
        readout.bias.copy_(initial["readout.b"])
    trained = [p for p in [*lstm.parameters(), *readout.parameters()] if p.requires_grad]
    return lstm, readout, trained


def by_our_names(lstm, readout):
    named = {}
    for layer in (0, 1):
        for ours, theirs in (("W", "weight_ih"), ("U", "weight_hh"), ("b", "bias_ih")):
            parts = getattr(lstm, f"{theirs}_l{layer}").chunk(4)
            named |= {f"layer{layer + 1}.{ours}{gate}": part for gate, part in zip(GATES, parts, strict=True)}
    return named | {"readout.W": readout.weight, "readout.b": readout.bias}


def train(optimizer, settings, initial, windows):
    lstm, readout, trained = build(initial)
    update = optimizer(trained, **settings)
    state = (torch.zeros(2, B, H), torch.zeros(2, B, H))
    losses, norms = [], []
    for inputs, targets in windows:
        hs, state = lstm(one_hot(inputs, V).double(), state)
        state = tuple(s.detach() for s in state)
        loss = cross_entropy(readout(hs).reshape(T * B, V), targets.reshape(T * B))
        update.zero_grad()
        loss.backward()
        norms.append(clip_grad_norm_(trained, CLIP).item())
        update.step()
        losses.append(loss.item())
    assert all(not lstm.get_parameter(f"bias_hh_l{layer}").any() for layer in (0, 1))
    assert min(norms) < CLIP < max(norms), "clipping must bite at some updates and not at others"
    return losses, norms, by_our_names(lstm, readout)


torch.manual_seed(SEED)
stream = torch.randint(V, (UPDATES * T + 1, B))  # a lane is a column
starts = range(0, UPDATES * T, T)
windows = [(stream[t : t + T], stream[t + 1 : t + 1 + T]) for t in starts]
shapes = {}
for layer, width in ((1, V), (2, H)):
    for letter, shape in (("W", (H, width)), ("U", (H, H)), ("b", (H,))):
        shapes |= {f"layer{layer}.{letter}{gate}": shape for gate in GATES}
shapes |= {"readout.W": (V, H), "readout.b": (V,)}
initial = {name: torch.randn(shape) * 0.5 for name, shape in shapes.items()}

runs, final = {}, {}
for name, (optimizer, settings) in OPTIMIZERS.items():
    losses, norms, final[name] = train(optimizer, settings, initial, windows)
    runs[name] = {
        "torch": optimizer.__name__,
        "settings": settings,
        "losses": losses,
        "gradientNorms": norms,
    }

write(
    __file__,
    {
        "seed": SEED,
        "sizes": dict(V=V, T=T, B=B, H=H),
        "clip": CLIP,
        "windows": [dict(inputs=flat(i), targets=flat(t)) for i, t in windows],
        "parameters": {name: shaped(t) for name, t in initial.items()},
        "runs": runs,
        "finalParameters": {"adam": {name: flat(t) for name, t in final["adam"].items()}},
    },
)
