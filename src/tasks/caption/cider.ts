// CIDEr and CIDEr-D: cosines between n-grams weighted by how few images have them. Words are taken as they are:
// the paper stems them first, COCO's evaluation does not.
import { checkCorpus, mean, type Comparison, type Tokens } from "../shared/comparison.ts";
import { ngramCounts } from "../shared/ngrams.ts";

/** CIDEr or CIDEr-D of a corpus. */
export interface Cider {
  /** Mean over images, from 0 to 10. */
  readonly score: number;
  /** [images] */
  readonly each: readonly number[];
}

const orders = [1, 2, 3, 4] as const;
/** The deviation, in tokens, of the Gaussian that penalises a difference in length. */
const sigma = 6;

/** The weighted n-grams of one caption, all of the same length. */
interface Vector {
  readonly weights: ReadonlyMap<string, number>;
  readonly norm: number;
}

/**
 * CIDEr-D, the variant that COCO reports: Vedantam et al. 2015 (CVPR), "CIDEr: consensus-based image description
 * evaluation", with n from 1 to 4, sigma 6, times 10. A repeated n-gram counts at most as often as in the reference, and
 * differences in length are penalised.
 *
 * The rarity of an n-gram is counted over the images of the corpus, so that scores of different corpora do not compare:
 * log(images / images with it in a reference). For a single image that is log 1, so that every weight is 0, and the score
 * as well; an n-gram that every image has counts nothing either.
 * Throws at no candidates and at one without references.
 */
export function ciderD(corpus: readonly Comparison[]): Cider {
  return consensus("cider-d", corpus, (candidate, reference, lengthGap) => {
    const damping = Math.exp(-(lengthGap ** 2) / (2 * sigma ** 2));
    return damping * cosine(candidate, reference, (weight, other) => Math.min(weight, other) * other);
  });
}

/** CIDEr of the same paper: plain cosines, times 10 as in the authors' code. Otherwise as `ciderD`. */
export function cider(corpus: readonly Comparison[]): Cider {
  return consensus("cider", corpus, (candidate, reference) =>
    cosine(candidate, reference, (weight, other) => weight * other),
  );
}

type Likeness = (candidate: Vector, reference: Vector, lengthGap: number) => number;

function consensus(score: string, corpus: readonly Comparison[], likeness: Likeness): Cider {
  checkCorpus(score, corpus);
  const each = corpus.map(() => 0);
  for (const n of orders) {
    const vector = weigher(corpus, n);
    corpus.forEach(({ candidate, references }, i) => {
      const weighted = vector(candidate);
      for (const reference of references) {
        const like = likeness(weighted, vector(reference), candidate.length - reference.length);
        each[i]! += (10 * like) / references.length / orders.length;
      }
    });
  }
  return { score: mean(each), each };
}

function weigher(corpus: readonly Comparison[], n: number): (tokens: Tokens) => Vector {
  const images = new Map<string, number>(); // by n-gram: the number of images with it in a reference
  for (const { references } of corpus) {
    const seen = new Set(references.flatMap((reference) => [...ngramCounts(reference, n).keys()]));
    for (const ngram of seen) images.set(ngram, (images.get(ngram) ?? 0) + 1);
  }
  return (tokens) => {
    const weights = ngramCounts(tokens, n);
    let squares = 0;
    for (const [ngram, count] of weights) {
      const weight = count * Math.log(corpus.length / (images.get(ngram) ?? 1));
      weights.set(ngram, weight);
      squares += weight ** 2;
    }
    return { weights, norm: Math.sqrt(squares) };
  };
}

function cosine(
  candidate: Vector,
  reference: Vector,
  product: (weight: number, other: number) => number,
): number {
  const norms = candidate.norm * reference.norm;
  if (norms === 0) return 0;
  let sum = 0;
  for (const [ngram, weight] of candidate.weights) sum += product(weight, reference.weights.get(ngram) ?? 0);
  return sum / norms;
}
