// The reference device: interprets a plan in float64, one element at a time. Slow, obvious, and the definition that every
// other device is compared with.
import type { ParameterLayout } from "../../plan/parameters.ts";
import type { Kernel, Loop, PhaseName, Plan } from "../../plan/plan.ts";
import type { Device, ParameterStore, Program, RunExtent } from "../device.ts";
import { deviceLifetime, programLifetime, storeLifetime, type Lifetime } from "../lifetime.ts";
import {
  bufferNamed,
  checkParameters,
  checkRead,
  checkWrite,
  columnsNamed,
  phaseNamed,
  readColumns,
} from "../plan-access.ts";
import { createStores } from "../stores.ts";
import { tokenTables } from "../token-tables.ts";
import { runKernel } from "./kernels.ts";
import { arrayOf, type Memory, type Moment } from "./memory.ts";
import { runPointwise } from "./pointwise.ts";

/** The device on the caller's thread; needs nothing of the engine. */
export function referenceDevice(): Device {
  const life = deviceLifetime();
  const stores = createStores<ReferenceStore>();
  return {
    name: "reference",
    precision: "float64",
    threads: 1,
    parameters(layout) {
      life.check();
      return stores.add(createStore(layout, life));
    },
    async compile(plan, store) {
      life.check();
      return createProgram(plan, stores.fitting(plan, store));
    },
    dispose: () => void life.end(),
  };
}

interface ReferenceStore extends ParameterStore {
  /** The parameters; throws once they or their device have been disposed. */
  values(): Float64Array;
}

function createStore(layout: ParameterLayout, device: Lifetime): ReferenceStore {
  const life = storeLifetime();
  let values = new Float64Array(layout.size);
  const store: ReferenceStore = {
    layout,
    values() {
      device.check();
      life.check();
      return values;
    },
    write(from) {
      const into = store.values();
      checkParameters(layout, from.length);
      into.set(from);
    },
    read: async () => store.values().slice(),
    dispose() {
      life.end();
      values = new Float64Array(0);
    },
  };
  return store;
}

function createProgram(plan: Plan, store: ReferenceStore): Program {
  const life = programLifetime();
  store.values();
  let arena = new Float64Array(plan.arena);
  const memory = (): Memory => {
    life.check();
    return { plan, parameters: store.values(), arena };
  };
  return {
    plan,
    write(name, values) {
      const buffer = bufferNamed(plan, name);
      checkWrite(buffer, values);
      arrayOf(memory(), buffer).set(values, buffer.offset);
    },
    run: (phase, extent) => runPhase(memory(), phase, extent),
    async read(name, into) {
      const columns = columnsNamed(plan, name);
      checkRead(name, columns, into);
      readColumns(arrayOf(memory(), columns.buffer), columns, into);
      return into;
    },
    dispose() {
      life.end();
      arena = new Float64Array(0);
    },
  };
}

function runPhase(memory: Memory, phase: PhaseName, extent: RunExtent): void {
  const { plan } = memory;
  const items = phaseNamed(plan, phase);
  const moment: Moment = { tables: tokenTables(plan, extent), extent, step: undefined };
  const readsMatrices = phase === "forward" || phase === "train";
  for (const item of readsMatrices ? (plan.phases.prepare ?? []) : []) runItem(memory, item, moment);
  for (const item of items) if (!runItem(memory, item, moment)) return;
}

/** False where a guard ends the phase. */
function runItem(memory: Memory, item: Kernel | Loop, moment: Moment): boolean {
  if (item.kind !== "loop") return runAny(memory, item, moment);
  const { steps } = moment.extent;
  for (let i = 0; i < steps; i++) {
    const step = item.direction === "forward" ? i : steps - 1 - i;
    for (const kernel of item.body) runAny(memory, kernel, { ...moment, step });
  }
  return true;
}

function runAny(memory: Memory, kernel: Kernel, moment: Moment): boolean {
  if (kernel.kind !== "pointwise") return runKernel(memory, kernel, moment);
  runPointwise(memory, kernel, moment);
  return true;
}
