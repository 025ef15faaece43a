// Made data: readings of a battery's sensors and the temperature of its core, and noisy waves and their frequency.
import { randomStream, streams } from "../../base/random.ts";

/** Readings of a battery's sensors, an item of `regress`. */
export interface BatterySeries {
  /** [120, 2] The current in amperes and the temperature of the air in °C, NaN in gaps. */
  readonly value: readonly (readonly number[])[];
  /** [120] The temperature of the core in °C at every step. */
  readonly target: { readonly core: readonly number[] };
}

/** A sine wave with noise, an item of `regress`. */
export interface WaveSeries {
  /** [80] */
  readonly value: readonly number[];
  /** Periods per step. */
  readonly target: { readonly frequency: number };
}

/** Random numbers reserved per sequence, more than any draws. */
const drawsOfSequence = 4096;

/**
 * Sensors of battery number `index` for a seed, [120, 2]: the current in amperes and the temperature of the air in °C, each
 * with noise and with gaps (NaN); and at every step the temperature of the core. It is heated by the square of the current,
 * the less the warmer it is, and cooled by the air, so that it depends on the last hundred steps, and not linearly.
 */
export function batterySeries(seed: number, index: number): BatterySeries {
  const stream = randomStream(seed, streams.data, index * drawsOfSequence);
  const value: number[][] = [];
  const target: number[] = [];
  const season = 15 + 10 * stream.uniform();
  const phase = 2 * Math.PI * stream.uniform();
  let current = 0;
  const airAt = (t: number): number => season + 5 * Math.sin(t / 20 + phase);
  let core = airAt(0);
  for (let t = 0; t < 120; t++) {
    if (t === 0 || stream.uniform() < 0.08) current = 12 * (2 * stream.uniform() - 1);
    const air = airAt(t);
    const resistance = 1 + 0.5 * Math.exp(-(core - 20) / 15);
    core += 0.005 * resistance * current ** 2 - 0.03 * (core - air);
    const read = (exact: number, noise: number): number => {
      const reading = exact + noise * stream.normal();
      return stream.uniform() < 0.04 ? NaN : reading;
    };
    value.push([read(current, 0.1), read(air, 0.2)]);
    target.push(core);
  }
  return { value, target: { core: target } };
}

/**
 * A sine wave with noise, number `index` for a seed, [80]: amplitude, phase and frequency differ, and the frequency, from
 * 0.02 to 0.2 per step, is the target.
 */
export function waveSeries(seed: number, index: number): WaveSeries {
  const stream = randomStream(seed, streams.data, index * drawsOfSequence);
  const frequency = 0.02 + 0.18 * stream.uniform();
  const amplitude = 0.5 + stream.uniform();
  const phase = 2 * Math.PI * stream.uniform();
  const value = Array.from(
    { length: 80 },
    (_, t) => amplitude * Math.sin(2 * Math.PI * frequency * t + phase) + 0.1 * stream.normal(),
  );
  return { value, target: { frequency } };
}
