// The public interface for those who build networks and engines: networks, plans, devices, and the training loop below the
// tasks.
export { buildPlan } from "./plan/build.ts";
