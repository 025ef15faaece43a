// Naive Bayes over n-grams of characters, to hold classifiers of texts against: multinomial, with add-alpha smoothing.
// McCallum & Nigam 1998, "A comparison of event models for naive Bayes text classification". Knows no network.

export interface NaiveBayes {
  /** The label that is most likely; of equally likely ones the first. */
  predict(text: string): string;
}

export interface NaiveBayesSettings {
  /** Length of the longest n-grams; those from 1 on all count. Default 3. */
  readonly longest?: number;
  /** Added to each count. Default 0.1. */
  readonly alpha?: number;
}

/** Throws where there are no items. */
export function trainNaiveBayes(
  items: readonly { readonly text: string; readonly label: string }[],
  settings: NaiveBayesSettings = {},
): NaiveBayes {
  const { longest = 3, alpha = 0.1 } = settings;
  if (items.length === 0) throw new Error("naive Bayes: there are no texts to learn from; give some");
  const labels = [...new Set(items.map((item) => item.label))].sort();
  const numbers = new Map(labels.map((label, i) => [label, i]));
  /** By gram, how often it comes in texts of each label. */
  const counts = new Map<string, Float64Array>();
  const totals = new Float64Array(labels.length);
  const texts = new Float64Array(labels.length);
  for (const { text, label } of items) {
    const k = numbers.get(label) as number;
    texts[k] = (texts[k] as number) + 1;
    for (const gram of gramsOf(text, longest)) {
      let own = counts.get(gram);
      if (!own) counts.set(gram, (own = new Float64Array(labels.length)));
      own[k] = (own[k] as number) + 1;
      totals[k] = (totals[k] as number) + 1;
    }
  }
  return {
    predict(text) {
      const scores = Float64Array.from(texts, (n) => Math.log(n / items.length));
      for (const gram of gramsOf(text, longest)) {
        const own = counts.get(gram);
        if (!own) continue;
        for (let k = 0; k < labels.length; k++) {
          const share = ((own[k] as number) + alpha) / ((totals[k] as number) + alpha * counts.size);
          scores[k] = (scores[k] as number) + Math.log(share);
        }
      }
      return labels[scores.indexOf(Math.max(...scores))] as string;
    },
  };
}

/** All n-grams of the text's characters between marks for its beginning and end. */
function gramsOf(text: string, longest: number): string[] {
  const characters = ["\u0002", ...text, "\u0003"];
  const grams: string[] = [];
  for (let length = 1; length <= longest; length++) {
    for (let i = 0; i + length <= characters.length; i++)
      grams.push(characters.slice(i, i + length).join(""));
  }
  return grams;
}
