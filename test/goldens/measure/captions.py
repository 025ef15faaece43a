"""Writes captions.json: BLEU, ROUGE-L, CIDEr, CIDEr-D and METEOR with exact matches of random captions.

Stated from the papers, each in the way nearest to its definition and not the fastest: n-grams as lists,
tf-idf vectors over the whole vocabulary of n-grams, the longest common subsequence by recursion, the
fewest chunks by trying one chunk, then two, and so on. Where nltk or pycocoevalcap can be imported, its
numbers must agree before anything is written; the file says with which.

    python test/goldens/measure/captions.py
"""

import functools
import json
import math
import random
import sys
import warnings
from pathlib import Path

import numpy as np


def ngrams(tokens, n):
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


def closest(length, references):
    """Of the lengths of the references the closest, the shorter of two as close."""
    return sorted((abs(len(r) - length), len(r)) for r in references)[0][1]


def bleu(corpus, add_one=False):
    """Papineni et al. 2002. Add-one: Lin & Och 2004 (ORANGE), for n of 2 and more."""
    length = sum(len(candidate) for candidate, _ in corpus)
    reference = sum(closest(len(candidate), references) for candidate, references in corpus)
    precisions = []
    for n in range(1, 5):
        clipped = total = 0
        for candidate, references in corpus:
            grams = ngrams(candidate, n)
            total += len(grams)
            for gram in set(grams):
                allowed = max(ngrams(r, n).count(gram) for r in references)
                clipped += min(grams.count(gram), allowed)
        if add_one and n > 1:
            clipped, total = clipped + 1, total + 1
        precisions.append(clipped / total if total else 0.0)
    penalty = 0.0 if length == 0 else 1.0 if length > reference else math.exp(1 - reference / length)
    scores = []
    for n in range(1, 5):
        parts = precisions[:n]
        scores.append(penalty * math.exp(sum(map(math.log, parts)) / n) if all(parts) else 0.0)
    return {
        "scores": scores,
        "precisions": precisions,
        "brevityPenalty": penalty,
        "candidateLength": length,
        "referenceLength": reference,
    }


def rouge_l(candidate, references, beta=1.2):
    """Lin 2004, section 3.1, with the best precision and the best recall of all references."""

    def lcs(a, b):
        @functools.cache
        def of(i, j):
            if i == len(a) or j == len(b):
                return 0
            if a[i] == b[j]:
                return 1 + of(i + 1, j + 1)
            return max(of(i + 1, j), of(i, j + 1))

        return of(0, 0)

    common = [lcs(candidate, r) for r in references]
    p = max(c / len(candidate) if candidate else 0.0 for c in common)
    r = max(c / len(r) if r else 0.0 for c, r in zip(common, references))
    return (1 + beta**2) * p * r / (r + beta**2 * p) if p > 0 and r > 0 else 0.0


def cider(corpus, damped, sigma=6.0):
    """Vedantam et al. 2015: CIDEr and, damped, CIDEr-D; both times 10. No stemming."""
    scores = np.zeros(len(corpus))
    for n in range(1, 5):
        vocabulary = sorted({g for c, refs in corpus for s in [c, *refs] for g in ngrams(s, n)})
        if not vocabulary:
            continue
        images = np.array([sum(any(g in ngrams(r, n) for r in refs) for _, refs in corpus) for g in vocabulary])
        idf = np.log(len(corpus) / np.maximum(1, images))

        def weights(tokens):
            grams = ngrams(tokens, n)
            return idf * np.array([grams.count(g) for g in vocabulary], dtype=float)

        for k, (candidate, references) in enumerate(corpus):
            g = weights(candidate)
            for reference in references:
                r = weights(reference)
                norms = np.linalg.norm(g) * np.linalg.norm(r)
                if norms == 0:
                    continue
                if damped:
                    gap = len(candidate) - len(reference)
                    value = np.exp(-(gap**2) / (2 * sigma**2)) * np.minimum(g, r) @ r / norms
                else:
                    value = g @ r / norms
                scores[k] += 10 * value / len(references) / 4
    return scores.tolist()


def fewest_chunks(candidate, reference):
    """(matches, chunks): as many exact matches as there can be, in the fewest runs adjacent in both."""
    matches = sum(min(candidate.count(w), reference.count(w)) for w in set(candidate))
    if matches == 0:
        return 0, 0

    def possible(start, used, missing, chunks):
        """Whether `missing` more matches fit in `chunks` runs that begin at `start` of the candidate or later."""
        if missing == 0:
            return True
        if chunks == 0 or len(candidate) - start < missing:
            return False
        for i in range(start, len(candidate)):
            for j in range(len(reference)):
                length = 0
                while (
                    i + length < len(candidate)
                    and j + length < len(reference)
                    and candidate[i + length] == reference[j + length]
                    and j + length not in used
                ):
                    length += 1
                    taken = used | set(range(j, j + length))
                    if length <= missing and possible(i + length, taken, missing - length, chunks - 1):
                        return True
        return False

    return matches, next(k for k in range(1, matches + 1) if possible(0, frozenset(), matches, k))


def meteor(candidate, references):
    """Banerjee & Lavie 2005, with the exact module alone; the best of the references."""
    best = 0.0
    for reference in references:
        matches, chunks = fewest_chunks(candidate, reference)
        if matches:
            p, r = matches / len(candidate), matches / len(reference)
            best = max(best, 10 * p * r / (r + 9 * p) * (1 - 0.5 * (chunks / matches) ** 3))
    return best


def random_corpus(draw, index):
    """1 to 6 images of 1 to 5 references; candidates that copy, shorten, shuffle or invent."""
    words = ["a", "b", "cat", "dog", "e", "f", "g", "on"][: draw.randint(3, 8)]
    most = 6 if index % 3 == 0 else 9

    def sentence(least=1):
        return [draw.choice(words) for _ in range(draw.randint(least, most))]

    corpus = []
    for _ in range(draw.randint(1, 6)):
        references = [sentence() for _ in range(draw.randint(1, 5))]
        kind = draw.randint(0, 7)
        candidate = list(draw.choice(references))
        if kind == 0:
            candidate = candidate[:-1]
        elif kind == 1:
            draw.shuffle(candidate)
        elif kind == 2:
            candidate = [draw.choice(words)] * draw.randint(1, 5)
        elif kind == 3:
            candidate = sentence(0) + ["unseen"]
        elif kind > 4:
            candidate = sentence(4)
        corpus.append((candidate, references))
    return corpus


def agree(name, got, wanted, within=1e-9):
    if not np.allclose(got, wanted, rtol=within, atol=1e-12):
        sys.exit(f"{name}: {got} here, {wanted} there")


def check_nltk(corpora):
    try:
        import nltk
        from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
    except ImportError:
        return {}
    warnings.simplefilter("ignore")  # of scores that are 0
    smoothed = SmoothingFunction().method2
    compared = 0
    for corpus in corpora:
        hypotheses = [candidate for candidate, _ in corpus]
        references = [refs for _, refs in corpus]
        for n in range(1, 5):
            if any(len(h) < n for h in hypotheses):
                continue  # nltk counts one n-gram where a candidate has none
            weights = [1 / n] * n
            agree("nltk, BLEU", bleu(corpus)["scores"][n - 1], corpus_bleu(references, hypotheses, weights))
            there = corpus_bleu(references, hypotheses, weights, smoothing_function=smoothed)
            agree("nltk, BLEU add-one", bleu(corpus, True)["scores"][n - 1], there)
            compared += 1
    return {"nltk": f"{nltk.__version__}, {compared} of BLEU"}


def check_coco(corpora):
    try:
        from pycocoevalcap.bleu.bleu import Bleu
        from pycocoevalcap.cider.cider import Cider
        from pycocoevalcap.rouge.rouge import Rouge
    except ImportError:
        return {}
    compared = 0
    for corpus in corpora:
        keys = range(len(corpus))
        said = {k: [" ".join(corpus[k][0])] for k in keys}
        could = {k: [" ".join(r) for r in corpus[k][1]] for k in keys}
        here = bleu(corpus)
        there, _ = Bleu(4).compute_score(could, said)
        for n in range(4):
            if here["scores"][n] > 0:  # where it is 0 that code gives a small number
                agree("COCO, BLEU", here["scores"][n], there[n], 1e-7)  # it adds 1e-9 to counts
        agree("COCO, ROUGE-L", [rouge_l(*c) for c in corpus], Rouge().compute_score(could, said)[1])
        with np.errstate(invalid="ignore", divide="ignore"):
            _, there = Cider().compute_score(could, said)
        for a, b in zip(cider(corpus, True), there):
            if not np.isnan(b):  # versions differ where a norm is 0
                agree("COCO, CIDEr-D", a, b)
                compared += 1
    return {"pycocoevalcap": f"BLEU, ROUGE-L and {compared} of CIDEr-D"}


def main():
    draw = random.Random(20150611)
    corpora = [random_corpus(draw, index) for index in range(60)]
    agreed = {**check_nltk(corpora), **check_coco(corpora)}
    cases = [
        {
            "corpus": [{"candidate": c, "references": refs} for c, refs in corpus],
            "expected": {
                "bleu": bleu(corpus),
                "bleuAddOne": bleu(corpus, add_one=True)["scores"],
                "rougeL": [rouge_l(c, refs) for c, refs in corpus],
                "cider": cider(corpus, damped=False),
                "ciderD": cider(corpus, damped=True),
                "meteor": [meteor(c, refs) for c, refs in corpus],
                "chunks": [[list(fewest_chunks(c, r)) for r in refs] for c, refs in corpus],
            },
        }
        for corpus in corpora
    ]
    head = {"script": "test/goldens/measure/captions.py", "python": sys.version.split()[0], "agreed": agreed}
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    path = Path(__file__).with_suffix(".json")
    path.write_text(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{path.name}: {path.stat().st_size} bytes; agreed with {agreed or 'nothing else'}")


main()
