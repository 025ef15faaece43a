// A language model of LSTM layers as an ONNX file: the few messages it needs, in protobuf's encoding. Field numbers and
// the order of an LSTM's gates (input, output, forget, cell) are those of ONNX, operator set 17.

const types = { float: 1, integer: 7 };

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const whole = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
/** A text, bytes, or a message within a message. */
const bytes = (field, value) => {
  const content = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
};
const message = (...fields) => Buffer.concat(fields.flat());

const attribute = (name, value) =>
  Array.isArray(value)
    ? message(
        bytes(1, name),
        value.map((v) => whole(8, v)),
        whole(20, 7),
      )
    : message(bytes(1, name), whole(3, value), whole(20, 2));

const node = (type, inputs, outputs, attributes = {}) =>
  message(
    inputs.map((name) => bytes(1, name)),
    outputs.map((name) => bytes(2, name)),
    bytes(4, type),
    Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  );

const tensor = (name, shape, values) =>
  message(
    shape.map((size) => whole(1, size)),
    whole(2, values instanceof BigInt64Array ? types.integer : types.float),
    bytes(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );

const port = (name, type, shape) => {
  const sizes = message(shape.map((size) => bytes(1, whole(1, size))));
  return message(bytes(1, name), bytes(2, bytes(1, message(whole(1, types[type]), bytes(2, sizes)))));
};

/**
 * The bytes of the model. `value(name)` returns a parameter by its name in the equations, `layer1.Wi` … `readout.b`,
 * matrices [rows, columns]. Inputs: `symbols` [T, B], and if `carried` the states `h1`, `c1` … [1, B, H]; outputs:
 * `logits` [T, B, V], and the next states, `h1'` ….
 */
export function lstmModel({ value, vocabulary: V, size: H, layers, batch: B, steps: T, carried }) {
  const initializers = [tensor("columns", [V, V], identity(V)), tensor("axis", [1], BigInt64Array.of(1n))];
  const nodes = [node("Gather", ["columns", "symbols"], ["x0"])];
  const inputs = [port("symbols", "integer", [T, B])];
  const outputs = [port("logits", "float", [T, B, V])];
  for (let n = 1; n <= layers; n++) {
    const joined = (letter) => join(["i", "o", "f", "g"].map((gate) => value(`layer${n}.${letter}${gate}`)));
    const biases = new Float32Array(8 * H);
    biases.set(joined("b"));
    initializers.push(
      tensor(`W${n}`, [1, 4 * H, n === 1 ? V : H], joined("W")),
      tensor(`R${n}`, [1, 4 * H, H], joined("U")),
      tensor(`B${n}`, [1, 8 * H], biases),
    );
    const names = [`x${n - 1}`, `W${n}`, `R${n}`, `B${n}`];
    const states = carried ? ["", `h${n}`, `c${n}`] : [];
    const after = carried ? [`h${n}'`, `c${n}'`] : [];
    nodes.push(
      node("LSTM", [...names, ...states], [`y${n}`, ...after], { hidden_size: H }),
      node("Squeeze", [`y${n}`, "axis"], [`x${n}`]),
    );
    for (const name of carried ? [`h${n}`, `c${n}`] : []) {
      inputs.push(port(name, "float", [1, B, H]));
      outputs.push(port(`${name}'`, "float", [1, B, H]));
    }
  }
  initializers.push(
    tensor("V", [H, V], transposed(value("readout.W"), V, H)),
    tensor("a", [V], value("readout.b")),
  );
  nodes.push(node("MatMul", [`x${layers}`, "V"], ["scores"]), node("Add", ["scores", "a"], ["logits"]));
  const graph = message(
    nodes.map((n) => bytes(1, n)),
    bytes(2, "language-model"),
    initializers.map((t) => bytes(5, t)),
    inputs.map((p) => bytes(11, p)),
    outputs.map((p) => bytes(12, p)),
  );
  const operators = message(bytes(1, ""), whole(2, 17));
  return new Uint8Array(message(whole(1, 8), bytes(2, "unrolled"), bytes(7, graph), bytes(8, operators)));
}

const identity = (n) => Float32Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) === i % n ? 1 : 0));

const transposed = (values, rows, columns) =>
  Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);

function join(parts) {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
