// Random texts in the equation language, legal by construction: states and inputs of several widths, matrices
// shared and transposed, masks, reductions, blocks and clauses. Knows the language and nothing of what reads it.

type Named = readonly [name: string, width: string];

/** Numbers from 0 to below 1, from a seed: mulberry32, so that a text can be made again from its seed alone. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The equations of a cell with at most two states, two locals and two inputs. */
export function randomEquations(seed: number): string {
  const next = numbers(seed);
  const chance = (share: number): boolean => next() < share;
  const pick = <A>(items: readonly A[]): A => items[Math.floor(next() * items.length)] as A;
  const other = pick(["P", "3", "I", "H"]);
  const states: Named[] = chance(0.5)
    ? [
        ["h", "H"],
        ["c", pick(["H", other])],
      ]
    : [["h", "H"]];
  const inputs: Named[] = chance(0.4)
    ? [
        ["x", "I"],
        ["v", pick(["K", "H"])],
      ]
    : [["x", "I"]];
  const known: Named[] = [...states, ...inputs];
  const matrices: (readonly [name: string, rows: string, columns: string])[] = [];
  const vectors: Named[] = [];

  const matrix = (rows: string, columns: string): string => {
    const same = matrices.find(([, r, c]) => r === rows && c === columns);
    const turned = matrices.find(([, r, c]) => r === columns && c === rows);
    if (same && chance(0.25)) return same[0];
    if (turned && chance(0.35)) return `${turned[0]}ᵀ`;
    const name = `M${matrices.length}`;
    matrices.push([name, rows, columns]);
    return name;
  };
  const product = (width: string): string => {
    const [name, columns] = pick(known);
    return `(${matrix(width, columns)} ${name})`;
  };
  const leaf = (width: string): string => {
    const fitting = known.filter(([, w]) => w === width);
    if (fitting.length > 0 && chance(0.5)) return pick(fitting)[0];
    if (chance(0.5)) return product(width);
    const name = `b${vectors.length}`;
    vectors.push([name, width]);
    return name;
  };
  const expression = (width: string, depth: number): string => {
    if (depth === 0) return leaf(width);
    const part = (): string => expression(width, depth - 1);
    return pick([
      () => `${pick(["tanh", "σ", "softplus", "relu", "abs", "hardsigmoid", "hardtanh"])}(${part()})`,
      () => `(${part()} ${pick(["+", "-", "⊙"])} ${part()})`,
      () => `(${part()} / (1 + softplus(${part()})))`,
      () => `${pick(["min", "max"])}(${part()}, ${part()})`,
      () => `(${pick(["sum", "mean", "greatest"])}(tanh(${pick(known)[0]})) ⊙ ${part()})`,
      () => `${pick(["exp(-softplus", "log(1 + softplus", "sqrt(0.5 + abs"])}(${part()}))`,
      () => `softmax(${part()})`,
      () => `(mask(${pick(["0", "0.3"])}, per ${pick(["step", "sequence"])}) ⊙ ${part()})`,
      () => `(${pick(["1", "-0.7"])} ${pick(["-", "+", "⊙"])} ${part()})`,
      () => product(width),
    ])();
  };

  const lines: string[] = [];
  const locals: Named[] = [];
  for (let i = 0; i < Math.floor(next() * 3); i++) {
    const local: Named = [`l${i}`, pick(["H", other])];
    lines.push(`${local[0]} = ${expression(local[1], 2)}`);
    locals.push(local);
    known.push(local);
  }
  for (const [name, width] of states) {
    // Whatever was not read until here is, so that no local is left over and no input without a use.
    const unread = name === "h" ? [...locals, ...inputs] : [];
    const rest = unread.map(([n, w]) => ` + ${matrix(width, w)} ${n}`).join("");
    lines.push(`${name}' = tanh(${expression(width, 2)} + ${expression(width, 1)}${rest})`);
    known.push([`${name}'`, width]);
  }
  const square = matrices.find(([, rows, columns]) => rows === "H" && columns === "H");
  return [
    ...lines,
    ...inputs.slice(1).map(([name]) => `input ${name} per ${pick(["step", "sequence"])}`),
    ...[...states, ...inputs, ...locals, ...vectors]
      .filter(([name, width]) => width !== (name === "x" ? "I" : "H"))
      .map(([name, width]) => `width ${name} = ${width}`),
    ...(chance(0.3) ? ["start h = -0.5"] : []),
    ...(square && chance(0.5) ? [`blocks ${square[0]} = 2`] : []),
  ].join("\n");
}
