// Cells for the proofs that together use every operation and every rule of the language. They are not meant to be trained:
// each combines a few rules in places where the scheduler must treat them differently.
import type { Cell } from "../../src/language/cell.ts";
import { equations } from "../../src/language/equations.ts";

const quotients = equations("quotients")`
  a  = softplus(Wa x + Ua h + ba)
  s  = sqrt(a + 0.5)
  h' = (tanh(W x + b) - square(Uh h)) / (1 + a) + 0.5 ⊙ h / s
`;

const kinks = equations("kinks")`
  i  = relu(Wi x + Ui h + bi)
  f  = hardsigmoid(3 ⊙ (Wf x + Uf h) + bf)
  g  = hardtanh(1.5 ⊙ (Wg x + Ug h) + bg)
  m  = max(i, abs(g) - 0.2)
  h' = 0.7 ⊙ min(m, f ⊙ h + p) + 0.4 ⊙ g
`;

// Exponential gates and a stabiliser, as in the sLSTM; the output is a local.
const stabilised = equations("stabilised")`
  i  = Wi x + Ui r + bi
  f  = log(σ(Wf x + Uf r + bf))
  m' = max(f + m, i)
  j  = exp(i - m')
  k  = exp(f + m - m')
  c' = k ⊙ c + j ⊙ tanh(Wz x + Uz r + bz)
  n' = k ⊙ n + j
  y  = σ(Wo x + bo) ⊙ c' / n'
  r' = y
  output y
  start n = 1
`;

// Attention over a vector that the sequence carries, a second input per step, and a mask of each kind.
const conditioned = equations("conditioned")`
  a  = softmax(A h + V v + c)
  e  = tanh(E v + ce)
  s  = sum(a ⊙ v) + greatest(v) - greatest(B h)
  g  = mask(0.3, per sequence) ⊙ e + mask(0.2, per step) ⊙ q
  h' = tanh(W x + Q q + K (a ⊙ v) + g ⊙ h + s + b)
  input v per sequence
  input q per step
  width v = K
`;

const normed = equations("normed")`
  z  = σ(norm(Wz x) + norm(Uz h))
  n  = tanh(norm(Wn x + Un (z ⊙ h)) + mean(h))
  w  = norm(V v)
  h' = norm((1 - z) ⊙ h + z ⊙ n ⊙ w)
  input v per sequence
`;

// A matrix and its transpose, applied to different vectors, and products of products.
const transposed = equations("transposed")`
  e  = x - Wᵀ h
  y  = U h + W e
  r  = tanh(U y + W (Wᵀ (W x)) + Vᵀ (V v))
  h' = r - 0.3 ⊙ (Uᵀ r) + A B x
  input v per sequence
`;

const projected = equations("projected")`
  i  = σ(Wi x + Ri r + pi ⊙ c + bi)
  f  = σ(Wf x + Rf r + pf ⊙ c + bf)
  c' = f ⊙ c + i ⊙ tanh(Wg x + Rg r + bg)
  o  = σ(Wo x + Ro r + po ⊙ c' + bo)
  r' = P (o ⊙ tanh(c'))
  width r = P
  output r
  fixed Rg, po
`;

const blocked = equations("blocked")`
  z  = σ(Wz x + Rz h + bz)
  h' = (1 - z) ⊙ h + γ ⊙ z ⊙ tanh(W x + R h + Rᵀ z + S s)
  s' = 0.5 ⊙ s + Qᵀ h'
  blocks Rz, R = 4
  blocks Q = 2
  width s = S
  constant γ = 0.8
`;

// Values of width 1: a state, gates, the operand of a matrix.
const scalars = equations("scalars")`
  d  = σ(sum(p ⊙ h) + t)
  t' = d ⊙ t + 0.1 ⊙ sum(q ⊙ x) + k
  h' = d ⊙ h + (1 - d) ⊙ tanh(W x + T t' + b ⊙ t)
  width t, d, k = 1
  start t = -0.5
`;

// States that are copies: of the input, of each other, of a product, of a parameter.
const delays = equations("delays")`
  a' = x
  b' = a
  c' = h
  d' = W b
  e' = Uᵀ c
  g' = d'
  k' = bk
  h' = tanh(d + e' + g + k + W a + U (V c) + bh)
  width a, b = I
`;

const accumulated = equations("accumulated")`
  m  = σ(Wm x + bm)
  s  = tanh(S v)
  c' = c + m ⊙ s
  y  = Y (c' ⊙ s)
  output y
  input v per sequence
`;

// Without an input.
const autonomous = equations("autonomous")`
  h' = -tanh(U h + b) + 0.5 ⊙ V tanh(U (U h))
`;

// The input is read elementwise, in the loop and after it; in one cell nothing else reads it.
const leaky = equations("leaky")`
  f  = σ(U h + b)
  h' = f ⊙ h + (1 - f) ⊙ x
  requires I = H
`;
const passing = equations("passing")`
  f  = σ(Wf x + bf)
  c' = f ⊙ c + (1 - f) ⊙ (W x)
  y  = tanh(c') + f ⊙ x
  output y
  requires I = H
`;

// Start values: a parameter, an expression of an input per sequence, a number; and several of them.
const started = equations("started")`
  c' = 0.5 ⊙ c + tanh(W x + U h + p ⊙ s + b)
  s' = tanh(S s + c')
  h' = σ(V v + c') ⊙ tanh(c' + n)
  n' = 0.5 ⊙ n + mean(h')
  input v per sequence
  width n = 1
  width v = K
  start c = c0
  start h = tanh(A v + a) + norm(B v)
  start s = γ ⊙ c0
  start n = -1
  constant γ = 0.5
`;

// Gathers from values per step and per sequence, with one element read twice.
const picking = equations("picking")`
  y  = W x + b
  e  = pick(y, k)
  g  = pick(tanh(U h), j)
  h' = tanh(V h + e ⊙ g + mean(pick(v, j)))
  input k per sequence
  input j per step
  input v per sequence
  width v = K
`;

// Scatters of values per step and per sequence, and gathers from them.
const placing = equations("placing")`
  p  = place(W x + b, k)
  q  = softmax(place(tanh(U h), k))
  h' = tanh(V h + p ⊙ v + place(pick(q, j) ⊙ (A x), j))
  input k per sequence
  input j per step
  input v per sequence
  width j = K
`;

// Matrices with dropped elements, one of them used twice, another in blocks.
const thinned = equations("thinned")`
  f  = σ(Wf x + Uf h + bf)
  g  = tanh(Wg x + Ug (f ⊙ h) + Ufᵀ h + mask(0.3, per step) ⊙ (R h))
  h' = f ⊙ h + (1 - f) ⊙ g
  drop Uf, Ug = 0.4
  drop Wg = 0.2
  drop R = 0.3
  blocks R = 2
`;

export const proofCells: readonly Cell[] = [
  quotients,
  kinks,
  stabilised,
  conditioned,
  normed,
  transposed,
  projected,
  blocked,
  scalars,
  delays,
  accumulated,
  autonomous,
  leaky,
  passing,
  started,
  picking,
  placing,
  thinned,
];
