// The results as Markdown, with ratios to unrolled's devices.

/** The contenders that ratios refer to. */
const referenceIds = ["native", "wasm"];

/** The rows of one configuration, with ratios to unrolled's devices: above 1 where unrolled is faster. */
export function withRatios(rows) {
  const references = rows.filter(({ id, median }) => referenceIds.includes(id) && median !== undefined);
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
    `${settings.rounds} rounds of ${settings.seconds} s each, in turns.`,
    `A ratio is the time over that of unrolled's device and its number of threads: above 1 where unrolled is faster.`,
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
  const header = ["", "threads", "median ms", "minimum ms", ...columns.map((c) => `÷ ${c}`)];
  const measured = rows.filter(({ median }) => median !== undefined);
  const failed = rows.filter(({ error }) => error !== undefined);
  const kind = { train: "a training step", forward: "forward", step: "one step" }[work];
  return [
    "",
    `## ${name}, ${cell}: ${kind}, H ${size}, L ${layers}, B ${batch}, T ${steps}`,
    "",
    line(header),
    line(header.map((_, i) => (i === 0 ? "---" : "--:"))),
    ...measured.map(({ name: contender, note, threads, median, min, ratios }) =>
      line([
        note ? `${contender} (${note})` : contender,
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
