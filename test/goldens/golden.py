"""How a golden file is written: full float64 repr, arrays flat and row-major, one array to a line.

Knows nothing of cells or training. Used by make_cells.py and make_model.py.
"""

import json
import re
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # one order of summation


def flat(values):
    """Row-major list of a tensor's numbers."""
    return values.detach().contiguous().flatten().tolist()


def shaped(values):
    return {"shape": list(values.shape), "values": flat(values)}


def write(script, content):
    """Writes <name>.json beside make_<name>.py, headed by the script and the torch version."""
    path = Path(script).with_name(Path(script).stem.removeprefix("make_") + ".json")
    head = {"script": f"test/goldens/{Path(script).name}", "torch": torch.__version__}
    text = json.dumps({**head, **content}, indent=1, allow_nan=False)
    text = re.sub(r"\[[^][{}]*\]", lambda array: re.sub(r"\s+", "", array[0]), text)
    path.write_text(text + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
