// Stacks of matrices as devices pack them, in the order in which a kernel reads them.
import type { Kernel, MatrixPlace } from "../plan/plan.ts";

/**
 * Panels for the product `x · Mᵀ` or for the transposed product `x · M`, or a table whose rows are the columns of the
 * matrices.
 */
export type MatrixForm = "product" | "transposed" | "table";

/** The form in which a kernel reads its matrices. */
export function formOf(kernel: Extract<Kernel, { kind: "matmul" | "gather" }>): MatrixForm {
  if (kernel.kind === "gather") return "table";
  return kernel.transposed ? "transposed" : "product";
}

/** Equal for kernels that can share their packed matrices. */
export function matricesKey(form: MatrixForm, matrices: readonly MatrixPlace[]): string {
  return `${form}:${matrices.map((m) => `${m.buffer.id},${m.offset},${m.rows},${m.columns}`).join(";")}`;
}

/** The rows of stacked matrices. */
export const sumRows = (matrices: readonly MatrixPlace[]): number => matrices.reduce((n, m) => n + m.rows, 0);

/** The size of a product's right side: `k` terms for each of `n` results. */
export function productSize(form: MatrixForm, matrices: readonly MatrixPlace[]): { k: number; n: number } {
  const columns = matrices[0]?.columns ?? 0;
  return form === "transposed" ? { k: sumRows(matrices), n: columns } : { k: columns, n: sumRows(matrices) };
}
