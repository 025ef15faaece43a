// TensorFlow.js on its wasm backend: its own recurrent layers, a one-hot input, its Adam; and clipping of the global norm,
// which its optimisers lack, between gradient and update.
import { dirname } from "node:path";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { randomIntegers, serve } from "./serve.mjs";

const makers = { lstm: tf.layers.lstm, gru: tf.layers.gru, elman: tf.layers.simpleRNN };

await serve(async ({ configuration: { size, layers, batch, steps }, cell, vocabulary }) => {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  setWasmPaths(`${folder}/wasm-out/`);
  if (!(await tf.setBackend("wasm"))) throw new Error("its wasm backend does not start");
  const model = tf.sequential();
  for (let n = 0; n < layers; n++) {
    const inputShape = n === 0 ? { inputShape: [steps, vocabulary] } : {};
    // The sigmoid, as everywhere else; its own default is a clipped straight line.
    const gates = cell === "elman" ? {} : { recurrentActivation: "sigmoid" };
    model.add(makers[cell]({ units: size, returnSequences: true, ...gates, ...inputShape }));
  }
  model.add(tf.layers.dense({ units: vocabulary }));
  const optimizer = tf.train.adam(0.002);
  const tokens = batch * steps;
  const symbols = tf.tensor2d(randomIntegers(tokens, vocabulary), [batch, steps], "int32");
  const targets = tf.tensor1d(randomIntegers(tokens, vocabulary), "int32");
  const lossOf = () => {
    const x = tf.oneHot(symbols, vocabulary).toFloat();
    const logits = model.apply(x, { training: true }).reshape([tokens, vocabulary]);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, vocabulary), logits);
  };
  const step = () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf);
      const squares = Object.values(grads).map((g) => g.square().sum());
      const norm = tf.addN(squares).sqrt();
      const factor = tf.minimum(1, tf.div(5, norm.add(1e-6)));
      const clipped = Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, g.mul(factor)]));
      optimizer.applyGradients(clipped);
      return value;
    });
  return {
    call: async () => {
      const loss = step();
      const [value] = await loss.data();
      loss.dispose();
      if (!Number.isFinite(value)) throw new Error("its loss is not finite");
    },
    versions: { "TensorFlow.js": tf.version["tfjs-core"] },
  };
});
