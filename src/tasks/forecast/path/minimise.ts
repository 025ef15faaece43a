// The simplex method of Nelder & Mead 1965, The Computer Journal 7(4).

interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

/** The best point found from `start`, whose neighbours are one unit away, in `rounds` rounds. */
export function minimise(
  of: (at: readonly number[]) => number,
  start: readonly number[],
  rounds: number,
): Vertex {
  const vertex = (at: readonly number[]): Vertex => ({ at, value: of(at) });
  const moved = (axis: number): number[] => start.map((value, i) => (i === axis ? value + 1 : value));
  const simplex = [vertex(start), ...start.map((_, axis) => vertex(moved(axis)))];
  const byValue = (a: Vertex, b: Vertex): number => a.value - b.value;
  for (let round = 0; round < rounds; round++) {
    simplex.sort(byValue);
    const [best, worst] = [simplex[0]!, simplex.pop()!];
    const centre = start.map((_, i) => simplex.reduce((sum, { at }) => sum + at[i]! / simplex.length, 0));
    const along = (factor: number): Vertex =>
      vertex(centre.map((value, i) => value + factor * (worst.at[i]! - value)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex.push(expanded.value < reflected.value ? expanded : reflected);
      continue;
    }
    if (reflected.value < simplex.at(-1)!.value) {
      simplex.push(reflected);
      continue;
    }
    const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
    if (contracted.value < Math.min(reflected.value, worst.value)) {
      simplex.push(contracted);
      continue;
    }
    simplex.push(worst);
    for (let i = 1; i < simplex.length; i++)
      simplex[i] = vertex(simplex[i]!.at.map((value, axis) => (value + best.at[axis]!) / 2));
  }
  return simplex.sort(byValue)[0]!;
}
