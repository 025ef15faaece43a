"""Writes tokenizer.json, a small byte-level BPE of our own, and tokenizer-ids.json, what it makes of some strings.

Python's tokenizers 0.23.2 (pip install --no-deps tokenizers).
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

here = Path(__file__).parent
text = ["the rain in spain stays mainly in the plain", "the cat sat on the mat, and the dog sat too", "déjà vu"] * 3
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator(
    text,
    trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ),
)
tokenizer.save(str(here / "tokenizer.json"))
strings = ["the rain", " in spain,\n\n the cat's plain", "déjà vu — 東京 😀", "Привет, мир!", "a<|end|>the", "", "\t12 3.5"]
cases = [{"text": s, "ids": (e := tokenizer.encode(s)).ids, "decoded": tokenizer.decode(e.ids, skip_special_tokens=False)} for s in strings]
content = {"script": "test/goldens/tokenizer/make_tokenizer.py", "size": tokenizer.get_vocab_size(), "cases": cases}
(here / "tokenizer-ids.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
