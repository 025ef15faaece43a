// Numbers at every step of series: the temperature inside batteries, from sensors outside with noise and gaps. Must reach:
// an R² of 0.98 on batteries that training did not see, and a tenth of the squared errors of a linear regression.
import { batterySeries, regress, train } from "unrolled";

const batteries = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => batterySeries(seed, i));
const run = train(regress({ size: 48, loss: "gaussian" }), batteries(1, 150), { steps: 500 });
for await (const event of run)
  if (event.kind === "step" && event.step % 100 === 0) console.log(event.step, event.loss.toFixed(3));
const model = await run.best();

const [fresh] = batteries(2, 1);
const [estimates] = await model.predict([fresh?.value ?? []]);
const { value, deviations } = estimates.core ?? {};
const actual = fresh?.target.core.at(-1);
console.log(
  `core at the end: ${value?.toFixed(1)} ± ${deviations?.at(-1)?.toFixed(1)} °C, actual ${actual?.toFixed(1)}`,
);

const { r2 = 0, coverage = 0, baselines } = await model.score(batteries(2, 50));
const linear = baselines.linear.r2 ?? 1;
const covered = `${(100 * coverage).toFixed(0)} % in 80 % intervals`;
console.log(`R² ${r2.toFixed(3)}, linear regression ${linear.toFixed(3)}; ${covered}`);
if (!(r2 >= 0.98 && 1 - r2 < 0.1 * (1 - linear))) throw new Error("batteries: not as good as it must be");
