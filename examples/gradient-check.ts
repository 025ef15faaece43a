// The backward pass is derived from a cell's equations; this checks it: gradients of cells and transforms against finite
// differences in float64, and the wasm device against the reference. Must reach: 1e-6 for gradients, and the wasm device's
// tolerance in float32.
import { wasmDevice } from "unrolled";
import { cellNamed, checkCell, checkDevice } from "unrolled/cells";

const names = ["elman", "lstm", "gru", "s-lstm", "lstm+layer-norm+zoneout", "gru+deep-transition"];
const device = wasmDevice();
let failed = 0;
for (const name of names) {
  const cell = cellNamed(name);
  const gradients = await checkCell(cell);
  const wasm = await checkDevice(cell, device, { sizes: [{ steps: 7, rows: 5, H: 11, I: 7, other: 5 }] });
  if (!gradients.pass || !wasm.pass) failed += 1;
  const [inFloat64, onWasm] = [gradients, wasm].map(({ error }) => error.toExponential(1));
  console.log(`${name.padEnd(24)} gradients ${inFloat64}, wasm ${onWasm}`);
}

console.log(`${names.length} cells, ${failed} failed`);
if (failed > 0) throw new Error(`gradient check: ${failed} of ${names.length} cells failed`);
