// The instruction sets that the addon was compiled for and that this processor has.
import { elman } from "../../src/cells/elman.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import { nativeDevice } from "../../src/run/native/device.ts";

export type InstructionSet = "AVX-512" | "AVX2" | "NEON" | "portable";

const plan = buildPlan(languageModel({ vocabulary: 2, cell: elman, size: 1 }), {
  mode: "step",
  rows: 1,
  steps: 1,
});

async function isSupported(instructions: InstructionSet): Promise<boolean> {
  const device = nativeDevice({ instructions, threads: 1 });
  try {
    await device.compile(plan, device.parameters(plan.parameters));
    return true;
  } catch (error) {
    if (!/this processor has no/.test((error as Error).message)) throw error;
    return false;
  }
}

const all: readonly InstructionSet[] = ["AVX-512", "AVX2", "NEON", "portable"];
const supported = await Promise.all(all.map(isSupported));
export const instructionSets: readonly InstructionSet[] = all.filter((_, i) => supported[i]);
