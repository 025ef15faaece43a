// How well a language model predicts, in the units that papers print. Takes mean losses.

/** e to the loss: the model is as unsure as a fair draw between that many symbols. `nats`: mean per symbol. */
export function perplexity(nats: number): number {
  return Math.exp(checkNats("perplexity", nats));
}

/** Bits of what the loss is a mean over: bits per character of a loss per character. */
export function bits(nats: number): number {
  return checkNats("bits", nats) / Math.LN2;
}

/**
 * A mean loss per symbol as a mean per other unit of the same text: per character, byte or word, so that models of
 * different symbols compare. `symbols` were predicted, and are `units` long together.
 */
export function natsPerUnit(nats: number, symbols: number, units: number): number {
  for (const [name, count] of Object.entries({ symbols, units }))
    if (!(Number.isFinite(count) && count > 0))
      throw new Error(`nats per unit: ${name} must be a number above 0, not ${count}; count the text's`);
  return (checkNats("nats per unit", nats) * symbols) / units;
}

function checkNats(score: string, nats: number): number {
  if (!(nats >= 0))
    throw new Error(
      `${score}: nats must be a number, 0 or more, not ${nats}; give the mean loss of a symbol`,
    );
  return nats;
}
