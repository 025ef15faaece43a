import { expect, test } from "vitest";
import { access, createArena } from "../../src/plan/arena.ts";
import { checkNetwork } from "../../src/plan/check-network.ts";
import type { Connection, Network, NetworkLayer } from "../../src/plan/network.ts";
import {
  addContribution,
  connectInput,
  contribute,
  createWiring,
  isReverse,
  receiveGradient,
  receiveLayerGradient,
  receiveSum,
  type Wiring,
} from "../../src/plan/wiring.ts";
import { elman, show } from "./tiny.ts";

const layer = (x: Connection, I: number, direction: "forward" | "reverse" = "forward"): NetworkLayer => ({
  name: "layer",
  cell: elman,
  sizes: { I, H: 2 },
  inputs: { x },
  direction,
});

/** Inputs `a` and `b`, 3 and 2 wide, and a class `k` of 4, that one layer reads. */
function wire(one: NetworkLayer): Wiring {
  const network: Network = {
    inputs: [
      { name: "a", width: 3, kind: "dense", per: "step" },
      { name: "b", width: 2, kind: "dense", per: "step" },
      { name: "k", width: 4, kind: "index", per: "step" },
    ],
    layers: [one],
    loss: { kind: "given", of: "layer" },
  };
  const arena = createArena(2, 3);
  const wiring = createWiring(network, checkNetwork(network), arena);
  for (const { name, kind, width } of network.inputs) {
    const buffer = arena.make(
      name,
      "tokens",
      kind === "index" ? 1 : width,
      kind === "index" ? "integer" : "float",
    );
    wiring.signals.set(name, { kind, access: () => access(buffer) });
  }
  return wiring;
}

test("an input is read where it is, a part of it at its columns", () => {
  const whole = layer("a", 3);
  const wiring = wire(whole);
  const connected = connectInput(wiring, whole, "x");
  expect(connected.signal.access()).toMatchObject({ column: 0, buffer: { name: "a" } });
  expect(connected.kernels()).toEqual([]);
  const part = connectInput(wiring, layer({ of: "a", from: 1, width: 2 }, 2), "x");
  expect(part.signal.access()).toMatchObject({ column: 1, buffer: { name: "a" } });
});

test("several inputs are copied side by side", () => {
  const one = layer(["b", "a"], 5);
  const connected = connectInput(wire(one), one, "x");
  expect(connected.signal.access().buffer).toMatchObject({ name: "layer/joined.x", width: 5 });
  expect(show(connected.kernels())).toEqual(["pointwise layer/joined.x, layer/joined.x+2 [T·B, 3] ← b, a"]);
});

test("a reverse layer reads its inputs in its own order, indices as well", () => {
  const one = layer("k", 4, "reverse");
  const connected = connectInput(wire(one), one, "x");
  expect(connected.signal.kind).toBe("index");
  expect(connected.signal.access().buffer).toMatchObject({
    name: "layer/reversed.x",
    type: "integer",
    width: 1,
  });
  expect(show(connected.kernels())).toEqual([
    "reverse layer/reversed.x [T·B, 1] ← k, each row's steps in the opposite order",
  ]);
  expect([isReverse(one), isReverse(layer("a", 3))]).toEqual([true, false]);
});

test("the derivative by joined inputs is divided among them", () => {
  const one = layer(["b", "a"], 5);
  const wiring = wire(one);
  const gradient = access(wiring.arena.make("dx", "tokens", 5));
  expect(contribute(wiring, one, "x", gradient)).toEqual([]);
  expect(receiveGradient(wiring, "a", 3)).toEqual({ parts: [{ ...gradient, column: 2 }], kernels: [] });
  expect(receiveGradient(wiring, "b", 2).parts).toEqual([gradient]);
});

test("derivatives by parts make a whole, and nothing makes none", () => {
  const wiring = wire(layer("a", 3));
  const gradient = access(wiring.arena.make("dx", "tokens", 2));
  addContribution(wiring, "a", { access: gradient, from: 1, width: 2 });
  const { parts, kernels } = receiveGradient(wiring, "a", 3);
  expect(parts).toMatchObject([{ column: 0, buffer: { name: "d.a/whole", width: 3 } }]);
  expect(show(kernels)).toEqual(["pointwise d.a/whole, d.a/whole+1 [T·B, 2] ← dx"]);
  expect(receiveGradient(wiring, "b", 2)).toEqual({ parts: [], kernels: [] });
});

test("a sum takes a buffer only if there are several parts", () => {
  const wiring = wire(layer("a", 3));
  const [first, second] = ["first", "second"].map((n) => access(wiring.arena.make(n, "tokens", 3)));
  addContribution(wiring, "a", { access: first!, from: 0, width: 3 });
  expect(receiveSum(wiring, "a", 3, "sum")).toEqual({ sum: first, kernels: [] });
  addContribution(wiring, "a", { access: second!, from: 0, width: 3 });
  const { sum, kernels } = receiveSum(wiring, "a", 3, "sum");
  expect(sum?.buffer.name).toBe("sum");
  expect(show(kernels)).toEqual(["pointwise sum [T·B, 3] ← first, second"]);
  expect(receiveSum(wiring, "b", 2, "none")).toEqual({ sum: undefined, kernels: [] });
});

test("a reverse layer gets its derivative in its own order, and hands one back in that of time", () => {
  const one = layer("a", 3, "reverse");
  const wiring = wire(one);
  const gradient = access(wiring.arena.make("dy", "tokens", 2));
  addContribution(wiring, "layer", { access: gradient, from: 0, width: 2 });
  const received = receiveLayerGradient(wiring, one);
  expect(received.parts[0]?.buffer.name).toBe("d.layer/reversed");
  expect(show(received.kernels)).toEqual([
    "reverse d.layer/reversed [T·B, 2] ← dy, each row's steps in the opposite order",
  ]);
  const back = contribute(wiring, one, "x", access(wiring.arena.make("dx", "tokens", 3)));
  expect(show(back)).toEqual([
    "reverse d.layer/natural.x [T·B, 3] ← dx, each row's steps in the opposite order",
  ]);
  expect(receiveGradient(wiring, "a", 3).parts[0]?.buffer.name).toBe("d.layer/natural.x");
});
