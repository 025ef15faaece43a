// The stores of one device: a plan is compiled only against one of them, and only where the parameters are the plan's.
import type { ParameterLayout, ParameterPlace } from "../plan/parameters.ts";
import type { Plan } from "../plan/plan.ts";
import type { ParameterStore } from "./device.ts";

export interface Stores<S extends ParameterStore> {
  add(store: S): S;
  /** The same store. Throws for another device's, and for one with other parameters than the plan's. */
  fitting(plan: Plan, store: ParameterStore): S;
}

export function createStores<S extends ParameterStore>(): Stores<S> {
  const known = new WeakSet<ParameterStore>();
  const isKnown = (store: ParameterStore): store is S => known.has(store);
  return {
    add(store) {
      known.add(store);
      return store;
    },
    fitting({ parameters }, store) {
      if (!isKnown(store)) {
        throw new Error(
          "these parameters belong to another device; create a store with this device's `parameters`",
        );
      }
      checkSameLayout(parameters, store.layout);
      return store;
    },
  };
}

function checkSameLayout(expected: ParameterLayout, { places, size }: ParameterLayout): void {
  if (expected.places === places) return;
  const count = Math.max(expected.places.length, places.length);
  for (let i = 0; i < count; i++) {
    const [planned, stored] = [placeText(expected.places[i]), placeText(places[i])];
    if (planned !== stored) throw otherParameters(`the plan has ${planned}, the store ${stored}`);
  }
  if (expected.size !== size) {
    throw otherParameters(`the plan has ${expected.size} numbers, the store ${size}`);
  }
}

const otherParameters = (difference: string): Error =>
  new Error(
    `these parameters are another network's: ${difference}; create a store with \`parameters(plan.parameters)\``,
  );

function placeText(place: ParameterPlace | undefined): string {
  return place ? `'${place.name}' [${place.shape.join(", ")}] at ${place.offset}` : "no more";
}
