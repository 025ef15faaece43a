// Random texts in the equation language, legal by construction: states and inputs of several widths, shared and transposed
// matrices, masks, reductions, blocks and clauses. Shares no code with the parser.

type Named = readonly [name: string, width: string];

/** A choice below a number, from 0; drawn by fast-check, which shrinks it if a text fails. */
export type Choose = (below: number) => number;

/** The equations of a cell with at most two states, two locals and three inputs, and clauses of every kind. */
export function randomEquations(choose: Choose): string {
  const chance = (share: number): boolean => choose(100) >= 100 - 100 * share;
  const pick = <A>(items: readonly A[]): A => items[choose(items.length)] as A;
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
  let numbers = "";
  /** What is placed is as wide as its numbers; what is picked may have any width. */
  const byNumbers = (vectorOf: (width: string) => string): string => {
    numbers = `input k per ${pick(["step", "sequence"])}`;
    return chance(0.5) ? `place(tanh(${vectorOf("H")}), k)` : `pick(tanh(${vectorOf(pick(["H", "I"]))}), k)`;
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
      () => (width === "H" ? `norm(${part()} + ${leaf(width)})` : part()),
      () => (width === "H" ? byNumbers((of) => expression(of, depth - 1)) : part()),
      () => `(mask(${pick(["0", "0.3"])}, per ${pick(["step", "sequence"])}) ⊙ ${part()})`,
      () => `(${pick(["1", "-0.7"])} ${pick(["-", "+", "⊙"])} ${part()})`,
      () => product(width),
    ])();
  };

  const lines: string[] = [];
  const locals: Named[] = [];
  for (let i = 0; i < choose(3); i++) {
    const local: Named = [`l${i}`, pick(["H", other])];
    lines.push(`${local[0]} = ${expression(local[1], 2)}`);
    locals.push(local);
    known.push(local);
  }
  for (const [name, width] of states) {
    // Reads every local and input that nothing reads yet.
    const unread = name === "h" ? [...locals, ...inputs] : [];
    const rest = unread.map(([n, w]) => ` + ${matrix(width, w)} ${n}`).join("");
    lines.push(`${name}' = tanh(${expression(width, 2)} + ${expression(width, 1)}${rest})`);
    known.push([`${name}'`, width]);
  }
  const periods = inputs.slice(1).map(([name]) => [name, pick(["step", "sequence"])] as const);
  const square = matrices.find(([, rows, columns]) => rows === "H" && columns === "H");
  return [
    ...lines,
    ...periods.map(([name, per]) => `input ${name} per ${per}`),
    ...[...states, ...inputs, ...locals, ...vectors]
      .filter(([name, width]) => width !== (name === "x" ? "I" : "H"))
      .map(([name, width]) => `width ${name} = ${width}`),
    ...(numbers === "" ? [] : [numbers]),
    ...starts(),
    ...(square && chance(0.5) ? [`blocks ${square[0]} = 2`] : []),
    ...matrices.slice(0, choose(2)).map(([name]) => `drop ${name} = 0.3`),
    ...matrices
      .slice(0, choose(2))
      .map(([name]) => `init ${name} = ${pick(["he", "normal(0.3)", "shift(1)"])}`),
    ...vectors.slice(0, choose(2)).map(([name]) => `fixed ${name}`),
  ].join("\n");

  /** A number, a parameter, or what is made of an input per sequence. */
  function starts(): string[] {
    const isStep = periods.find(([, per]) => per === "sequence") === undefined;
    const made = isStep ? "h0" : `tanh(S0 ${periods[0]?.[0]}) + h0`;
    return chance(0.6) ? [`start h = ${pick(["-0.5", "h0", made])}`] : [];
  }
}
