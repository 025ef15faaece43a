// Minimises a smooth function by L-BFGS with a backtracking line search. Nocedal & Wright 2006, "Numerical optimization",
// algorithms 7.4, 7.5 and 3.1.

/** A value and its gradient, which is written into `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

const memory = 6;
const sufficient = 1e-4;
const mostHalvings = 20;

/**
 * Moves `at` to where the function is smaller, for at most `iterations`, or until an iteration lowers it by less than
 * `tolerance` of itself. Returns its value there.
 */
export function minimise(
  objective: Objective,
  at: Float64Array,
  { iterations, tolerance }: { readonly iterations: number; readonly tolerance: number },
): number {
  const size = at.length;
  let gradient = new Float64Array(size);
  let value = objective(at, gradient);
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let i = 0; i < iterations; i++) {
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    let step = pairs.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let lower = Infinity;
    for (let halvings = 0; halvings < mostHalvings; halvings++, step /= 2) {
      for (let j = 0; j < size; j++) next[j] = (at[j] as number) + step * (direction[j] as number);
      lower = objective(next, nextGradient);
      if (lower <= value + sufficient * step * slope) break;
    }
    if (!(lower < value)) break;
    const s = next.map((v, j) => v - (at[j] as number));
    const y = nextGradient.map((v, j) => v - (gradient[j] as number));
    const curvature = dot(s, y);
    if (curvature > 0) pairs.push({ s, y, rho: 1 / curvature });
    if (pairs.length > memory) pairs.shift();
    at.set(next);
    gradient = nextGradient;
    const isDone = value - lower < tolerance * Math.abs(lower);
    value = lower;
    if (isDone) break;
  }
  return value;
}

/** Minus the gradient, times an estimate of the inverse Hessian: the two loops of algorithm 7.4. */
function descent(
  gradient: Float64Array,
  pairs: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
): Float64Array {
  const direction = gradient.map((v) => -v);
  const alphas: number[] = [];
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, rho } = pairs[i] as (typeof pairs)[number];
    const alpha = rho * dot(s, direction);
    alphas[i] = alpha;
    add(direction, y, -alpha);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let j = 0; j < direction.length; j++) direction[j] = (direction[j] as number) * scale;
  }
  pairs.forEach(({ s, y, rho }, i) => add(direction, s, (alphas[i] as number) - rho * dot(y, direction)));
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] as number) * (b[j] as number);
  return sum;
}

function add(to: Float64Array, values: Float64Array, factor: number): void {
  for (let j = 0; j < to.length; j++) to[j] = (to[j] as number) + factor * (values[j] as number);
}
