// The public interface for those who build cells: equations, transforms, what is derived from them, and gradient checks.
export { cellNamed, cells } from "./cells/index.ts";
