// ONNX Runtime, native or on WebAssembly: the same LSTM model with the same weights as unrolled's. Its outputs must agree
// with unrolled's before it is timed.
import { cellNamed } from "../../dist/cells/index.js";
import { wasmDevice } from "../../dist/run/wasm/device.js";
import { drawInputs, openWorkload, planOf } from "../../dist/measure/workload.js";
import { lstmModel } from "./onnx.mjs";
import { serve, versionOf } from "./serve.mjs";

/** Relative to the largest logit. */
const tolerance = 1e-4;
/** Number of calls before outputs are compared; after the first one, states are carried. */
const comparedCalls = 3;

await serve(async ({ configuration, cell: name, vocabulary, runtime, threads }) => {
  const { size, layers, batch, steps } = configuration;
  const cell = cellNamed(name);
  const carried = configuration.work === "step";
  const plan = planOf(configuration, cell);
  const { weights, symbols } = drawInputs(configuration, plan);
  const value = (parameter) => {
    const place = plan.parameters.places.find((p) => p.name === parameter);
    return weights.subarray(place.offset, place.offset + place.size);
  };
  const model = lstmModel({ value, vocabulary, size, layers, batch, steps, carried });
  const ort = await import(runtime);
  if (runtime === "onnxruntime-web") ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [runtime === "onnxruntime-web" ? "wasm" : "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const states = {};
  for (const input of session.inputNames.filter((n) => n !== "symbols")) {
    states[input] = new ort.Tensor("float32", new Float32Array(batch * size), [1, batch, size]);
  }
  const ids = BigInt64Array.from(symbols, BigInt);
  let logits = new Float32Array();
  const call = async () => {
    const outputs = await session.run({ symbols: new ort.Tensor("int64", ids, [steps, batch]), ...states });
    for (const input in states) states[input] = outputs[`${input}'`];
    logits = outputs.logits.data;
  };
  for (let n = 0; n < comparedCalls; n++) await call();
  check(logits, await unrolledLogits(configuration, cell, vocabulary));
  return { call, versions: { [runtime]: versionOf(runtime) } };
});

async function unrolledLogits(configuration, cell, vocabulary) {
  const device = wasmDevice();
  const { call, program, dispose } = await openWorkload(configuration, cell, device);
  for (let n = 0; n < comparedCalls; n++) await call();
  const tokens = configuration.batch * configuration.steps;
  const logits = await program.read("output.readout", new Float32Array(tokens * vocabulary));
  dispose();
  device.dispose();
  return logits;
}

function check(actual, expected) {
  const maximum = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const error = maximum(actual.map((v, i) => v - expected[i])) / maximum(expected);
  if (actual.length === expected.length && error <= tolerance) return;
  throw new Error(
    `its ${actual.length} logits differ from unrolled's ${expected.length} by ${error} of the largest, above ${tolerance}`,
  );
}
