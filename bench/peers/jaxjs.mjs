// jax-js on its wasm backend: the equations written out, the whole step under `jit`. It has no loop as a primitive,
// so time is unrolled, and the derivative of a selection does not go under `jit`, so the input is one-hot. Every value is owned by
// the first to use it; `.ref` is one more owner.
import { randomWholes, serve, versionOf } from "./serve.mjs";

// It asks a browser's object, which Node 20 does not have.
globalThis.navigator ??= { hardwareConcurrency: 1 };
const { defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import("@jax-js/jax");

const gates = { lstm: 4, gru: 3, elman: 1 };
const beta = [0.9, 0.999];

await serve(async ({ configuration: { size: H, layers, batch: B, steps: T }, cell, vocabulary: V }) => {
  if (!(await init()).includes("wasm")) throw new Error("its wasm backend does not start");
  defaultDevice("wasm");
  const draw = (...shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, () => (2 * Math.random() - 1) / Math.sqrt(H));
    return np.array(values).reshape(shape);
  };
  const width = gates[cell] * H;
  let parameters = {
    layers: Array.from({ length: layers }, (_, n) => ({
      W: draw(n === 0 ? V : H, width),
      U: draw(H, width),
      b: draw(width),
      ...(cell === "gru" && { c: draw(width) }),
    })),
    W: draw(H, V),
    b: draw(V),
  };
  const zeros = () => tree.map((p) => np.zeros(p.shape), parameters);
  let [first, second] = [zeros(), zeros()];
  const hot = (ids) =>
    Float32Array.from({ length: T * B * V }, (_, i) => (ids[Math.floor(i / V)] === i % V ? 1 : 0));
  const inputs = np.array(hot(randomWholes(T * B, V))).reshape([T * B, V]);
  const targets = np.array(hot(randomWholes(T * B, V))).reshape([T * B, V]);

  const lossOf = (p, x, y) => {
    for (const layer of p.layers) x = runLayer(cell, layer, x, { T, B, H });
    const logits = np.matmul(x, p.W).add(p.b);
    return nn
      .logSoftmax(logits)
      .mul(y)
      .sum()
      .mul(-1 / (T * B));
  };
  const step = jit((p, m, v, x, y, stride, spread) => {
    const [loss, gradient] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    const squares = tree.leaves(tree.ref(gradient)).map((g) => np.square(g).sum());
    const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
    const factor = np.minimum(1, np.divide(5, norm.add(1e-6)));
    const clipped = tree.map((g) => g.mul(factor.ref), gradient);
    factor.dispose();
    const mean = tree.map((a, g) => a.mul(beta[0]).add(g.mul(1 - beta[0])), m, tree.ref(clipped));
    const square = tree.map((a, g) => a.mul(beta[1]).add(np.square(g).mul(1 - beta[1])), v, clipped);
    const moved = tree.map(
      (w, a, s) => w.sub(a.mul(stride.ref).div(np.sqrt(s).div(spread.ref).add(1e-8))),
      p,
      tree.ref(mean),
      tree.ref(square),
    );
    stride.dispose();
    spread.dispose();
    return { loss, moved, mean, square };
  });
  let count = 0;
  const call = async () => {
    count += 1;
    const stride = np.array(0.002 / (1 - beta[0] ** count));
    const spread = np.array(Math.sqrt(1 - beta[1] ** count));
    const { loss, moved, mean, square } = step(
      parameters,
      first,
      second,
      inputs.ref,
      targets.ref,
      stride,
      spread,
    );
    [parameters, first, second] = [moved, mean, square];
    const [value] = await loss.data();
    await parameters.W.blockUntilReady();
    if (!Number.isFinite(value)) throw new Error("its loss is no finite number");
  };
  await call();
  return { call, versions: { "jax-js": versionOf("@jax-js/jax") } };
});

/** One layer over all steps. What depends on the input alone is one product before the loop. */
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
  for (const left of [h, memory, U, ...(c ? [c] : [])]) left.dispose();
  return np.concatenate(outputs, 0);
}
