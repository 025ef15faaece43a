// What was measured, as Markdown and as JSON. Knows no contender but unrolled's own, which others are set against.

/** Columns of ratios: whose times, on how many threads. */
const ours = ["native", "wasm"];

/** One configuration's rows, with ratios to unrolled's devices: above 1 where unrolled is faster. */
export function withRatios(rows) {
  const references = rows.filter(({ id, median }) => ours.includes(id) && median !== undefined);
  return rows.map((row) => ({
    ...row,
    ...(row.median !== undefined && {
      ratios: Object.fromEntries(
        references.map(({ id, threads, median }) => [`${id} ${threads}`, round(row.median / median)]),
      ),
    }),
  }));
}

const round = (value) => Number(value.toPrecision(4));

export function markdown({ machine, tables, settings }) {
  return [
    "# Peers",
    "",
    `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}, ${machine.system}.`,
    `${settings.rounds} rounds of ${settings.seconds} s for each, in turns.`,
    `A ratio is the time over that of unrolled's device on so many threads: above 1 where unrolled is faster.`,
    "",
    `Versions: ${Object.entries(machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    ...tables.flatMap(table),
    "",
  ].join("\n");
}

function table({ configuration, cell, rows, busyTurns, turns }) {
  const { name, work, size, layers, batch, steps } = configuration;
  const columns = [...new Set(rows.flatMap(({ ratios = {} }) => Object.keys(ratios)))];
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const header = ["", "threads", "median ms", "least ms", ...columns.map((c) => `÷ ${c}`)];
  const measured = rows.filter(({ median }) => median !== undefined);
  const failed = rows.filter(({ error }) => error !== undefined);
  const kind = { train: "a step of training", forward: "forward", step: "one step" }[work];
  return [
    "",
    `## ${name}, ${cell}: ${kind}, H ${size}, L ${layers}, B ${batch}, T ${steps}`,
    "",
    line(header),
    line(header.map((_, i) => (i === 0 ? "---" : "--:"))),
    ...measured.map(({ name: who, note, threads, median, min, ratios }) =>
      line([
        note ? `${who} (${note})` : who,
        threads,
        show(median),
        show(min),
        ...columns.map((c) => ratios[c]?.toFixed(2) ?? ""),
      ]),
    ),
    ...(failed.length > 0 ? ["", ...failed.map((f) => `- ${f.name}, ${f.threads}: ${f.error}`)] : []),
    ...(busyTurns > 0
      ? ["", `In ${busyTurns} of ${turns} turns other processes used more than a tenth of the cores.`]
      : []),
  ];
}

const show = (milliseconds) =>
  milliseconds < 1000 ? milliseconds.toPrecision(3) : String(Math.round(milliseconds));
