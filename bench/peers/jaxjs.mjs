// jax-js on its wasm backend: the equations written out, the whole step under `jit`. It has no loop primitive, so time is
// unrolled, and no derivative of a selection under `jit`, so the input is one-hot. Using a value consumes it; `.ref` adds
// a use.
import { randomIntegers, serve, versionOf } from "./serve.mjs";

// It reads a browser's object, which Node 20 lacks.
globalThis.navigator ??= { hardwareConcurrency: 1 };
const { defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import("@jax-js/jax");

const gates = { lstm: 4, gru: 3, elman: 1 };
const beta = [0.9, 0.999];

await serve(async ({ configuration: { size: H, layers, batch: B, steps: T }, cell, vocabulary: V }) => {
  if (!(await init()).includes("wasm")) throw new Error("its wasm backend does not start");
  defaultDevice("wasm");
  let parameters = drawParameters({ cell, layers, V, H });
  const zeros = () => tree.map((p) => np.zeros(p.shape), parameters);
  let [first, second] = [zeros(), zeros()];
  const oneHot = (ids) =>
    np
      .array(Float32Array.from({ length: T * B * V }, (_, i) => (ids[Math.floor(i / V)] === i % V ? 1 : 0)))
      .reshape([T * B, V]);
  const inputs = oneHot(randomIntegers(T * B, V));
  const targets = oneHot(randomIntegers(T * B, V));
  const step = jit(trainingStep(cell, { T, B, H }));
  let count = 0;
  const call = async () => {
    count += 1;
    const stepSize = np.array(0.002 / (1 - beta[0] ** count));
    const correction = np.array(Math.sqrt(1 - beta[1] ** count));
    const { loss, moved, mean, square } = step(
      parameters,
      first,
      second,
      inputs.ref,
      targets.ref,
      stepSize,
      correction,
    );
    [parameters, first, second] = [moved, mean, square];
    const [value] = await loss.data();
    await parameters.W.blockUntilReady();
    if (!Number.isFinite(value)) throw new Error("its loss is not finite");
  };
  await call();
  return { call, versions: { "jax-js": versionOf("@jax-js/jax") } };
});

function drawParameters({ cell, layers, V, H }) {
  const draw = (...shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, () => (2 * Math.random() - 1) / Math.sqrt(H));
    return np.array(values).reshape(shape);
  };
  const width = gates[cell] * H;
  return {
    layers: Array.from({ length: layers }, (_, n) => ({
      W: draw(n === 0 ? V : H, width),
      U: draw(H, width),
      b: draw(width),
      ...(cell === "gru" && { c: draw(width) }),
    })),
    W: draw(H, V),
    b: draw(V),
  };
}

/** Loss, gradient, clipping of the global norm at 5, and Adam. */
function trainingStep(cell, { T, B, H }) {
  const lossOf = (p, x, y) => {
    for (const layer of p.layers) x = runLayer(cell, layer, x, { T, B, H });
    const logits = np.matmul(x, p.W).add(p.b);
    return nn
      .logSoftmax(logits)
      .mul(y)
      .sum()
      .mul(-1 / (T * B));
  };
  return (p, m, v, x, y, stepSize, correction) => {
    const [loss, gradient] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    const squares = tree.leaves(tree.ref(gradient)).map((g) => np.square(g).sum());
    const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
    const factor = np.minimum(1, np.divide(5, norm.add(1e-6)));
    const clipped = tree.map((g) => g.mul(factor.ref), gradient);
    factor.dispose();
    const mean = tree.map((a, g) => a.mul(beta[0]).add(g.mul(1 - beta[0])), m, tree.ref(clipped));
    const square = tree.map((a, g) => a.mul(beta[1]).add(np.square(g).mul(1 - beta[1])), v, clipped);
    const moved = tree.map(
      (w, a, s) => w.sub(a.mul(stepSize.ref).div(np.sqrt(s).div(correction.ref).add(1e-8))),
      p,
      tree.ref(mean),
      tree.ref(square),
    );
    stepSize.dispose();
    correction.dispose();
    return { loss, moved, mean, square };
  };
}

/** One layer over all steps. The products that depend on the input alone are one product before the loop. */
function runLayer(cell, { W, U, b, c }, x, { T, B, H }) {
  const before = np.split(np.matmul(x, W).add(b), T, 0);
  let h = np.zeros([B, H]);
  let memory = np.zeros([B, H]);
  const outputs = [];
  for (let t = 0; t < T; t++) {
    const recurrent = np.matmul(h.ref, U.ref);
    if (cell === "elman") {
      h.dispose();
      h = np.tanh(before[t].add(recurrent));
    } else if (cell === "lstm") {
      h.dispose();
      const [i, f, g, o] = np.split(before[t].add(recurrent), 4, 1);
      memory = nn
        .sigmoid(f)
        .mul(memory)
        .add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(memory.ref));
    } else {
      const [xr, xz, xn] = np.split(before[t], 3, 1);
      const [hr, hz, hn] = np.split(recurrent.add(c.ref), 3, 1);
      const z = nn.sigmoid(xz.add(hz));
      const n = np.tanh(xn.add(nn.sigmoid(xr.add(hr)).mul(hn)));
      h = n.ref.add(z.mul(h.sub(n)));
    }
    outputs.push(h.ref);
  }
  for (const rest of [h, memory, U, ...(c ? [c] : [])]) rest.dispose();
  return np.concatenate(outputs, 0);
}
