// Mistakes in clauses, with their exact messages.
import { expect, test } from "vitest";
import { parseCell } from "../../src/language/equations.ts";

const read = (text: string) => (): unknown => parseCell("gru", text);

test("the output and the start of states", () => {
  expect(read("c' = W x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: there is no state 'h' to be the output; write h' = …, or add a line 'output c'
      c' = W x
      ^^]
  `);
  expect(read("h = tanh(W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: there is no state 'h' to be the output; write h' = …, or add a line 'output h'
      h = tanh(W x)
      ^]
  `);
  expect(read("h' = W x\noutput c")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: no equation has 'c'; 'output' names a state or a local (here: h)
      output c
             ^]
  `);
  expect(read("h' = W x + c\noutput c")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: state 'c' is never assigned; add a line c' = …
      output c
             ^]
  `);
  expect(read("h' = W x\noutput x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'x' is an input, but 'output' names a state or a local (here: h)
      output x
             ^]
  `);
  expect(read("h' = W x\noutput h, h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: a layer has one output; name a single state or local
      output h, h
                ^]
  `);
  expect(read("h' = W x\noutput h\noutput h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: a layer has one output; keep one output clause
      output h
             ^]
  `);
  expect(read("h' = n ⊙ W x\nstart n = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: state 'n' is never assigned; add a line n' = …
      start n = 1
            ^]
  `);
  expect(read("h' = W x\nstart n = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: no equation has 'n'; 'start' names a state (here: h)
      start n = 1
            ^]
  `);
  expect(read("z = W x\nh' = z\nstart z = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'z' is a local, but 'start' names a state (here: h)
      start z = 1
            ^]
  `);
  expect(read("h' = W x\nstart h' = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: a clause names 'h' without a prime; remove it
      start h' = 1
            ^^]
  `);
});

test("clauses", () => {
  expect(read("h' = W x + bf\ninti bf = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: unknown clause 'inti'; did you mean 'init'?
      inti bf = 1
      ^^^^]
  `);
  expect(read("h' = W x + bf\ninit bq = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: no equation has 'bq'; did you mean 'bf'?
      init bq = 1
           ^^]
  `);
  expect(read("h' = W x\ninit h = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'h' is a state, and 'init' is for parameters; write 'start h = …'
      init h = 1
           ^]
  `);
  expect(read("z = W x\nh' = z\ninit z = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'z' is a local, but 'init' names a matrix or a vector parameter (here: W)
      init z = 1
           ^]
  `);
  expect(read("h' = W x + b\ninit b = 1\ninit b = 2")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'init' is given twice for 'b'; remove one of them
      init b = 2
           ^]
  `);
  expect(read("h' = W x + b\ninit b")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected '=' and a value, as in 'init b = 1', but the line ends
      init b
            ^]
  `);
  expect(read("h' = W x + b\ninit = 2 b")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: '2' is not a matrix, so it cannot be applied to 'b'; for the elementwise product write '2 ⊙ b'
      init = 2 b
             ^^^]
  `);
  expect(read("h' = W x\ninit W = orthoganal")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: unknown initial value 'orthoganal'; did you mean 'orthogonal'?
      init W = orthoganal
               ^^^^^^^^^^]
  `);
  expect(read("h' = W x\ninit W = zeros")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: unknown initial value 'zeros'; use a number or orthogonal, glorot, he, identity, spectral, chrono, shift, normal, uniform
      init W = zeros
               ^^^^^]
  `);
  expect(read("h' = W x + b\ninit b = orthogonal")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'orthogonal' is for matrices and 'b' is a vector; use a number, normal or uniform
      init b = orthogonal
           ^]
  `);
  expect(read("h' = W x\ninit W = normal")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'normal' takes 1 number, not 0
      init W = normal
               ^^^^^^]
  `);
  expect(read("h' = W x\ninit W = uniform(1, 2, 3)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'uniform' takes 1 or 2 numbers, not 3
      init W = uniform(1, 2, 3)
               ^^^^^^^]
  `);
  expect(read("h' = W x\ninit W = uniform(2, 1)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'uniform' needs a range, got 2 to 1; swap the ends
      init W = uniform(2, 1)
               ^^^^^^^]
  `);
  expect(read("h' = W x\ninit W = normal(-1)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: the argument of 'normal' must not be negative, got -1
      init W = normal(-1)
               ^^^^^^]
  `);
  expect(read("h' = W x\ninit W = 1 2")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected the end of the line, as in 'init b = 1', got '2'
      init W = 1 2
                 ^]
  `);
  expect(read("h' = W x\ninit 3 = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected a name after 'init', as in 'init b = 1', got '3'
      init 3 = 1
           ^]
  `);
  expect(read("h' = W x\nfixed b")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: no equation has 'b'; 'fixed' names a matrix or a vector parameter (here: W)
      fixed b
            ^]
  `);
  expect(read("h' = W x\nfixed x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'x' is an input, but 'fixed' names a matrix or a vector parameter (here: W)
      fixed x
            ^]
  `);
  expect(read("h' = W x\nwidth W = 3")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'W' is a matrix, whose widths follow from its use; remove it from this clause
      width W = 3
            ^]
  `);
  expect(read("h' = W x\nwidth h = 0")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected a width (a symbol such as P, or a whole number from 1), got '0'
      width h = 0
                ^]
  `);
  expect(read("h' = W x\nwidth h = 1.5")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected a width (a symbol such as P, or a whole number from 1), got '1.5'
      width h = 1.5
                ^^^]
  `);
  expect(read("h' = W x\nwidth q = 3")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: no equation has 'q'; 'width' names a state, a local, an input or a vector parameter (here: h, x)
      width q = 3
            ^]
  `);
  expect(read("h' = W x + γ\nconstant γ = 1\nwidth γ = 3")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'γ' is a constant, but 'width' names a state, a local, an input or a vector parameter (here: h, x)
      width γ = 3
            ^]
  `);
  expect(read("h' = W x\nrequires I")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected '=' and a width, as in 'requires I = H', but the line ends
      requires I
                ^]
  `);
  expect(read("h' = W x + b\nblocks b = 4")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'b' is a vector parameter, but 'blocks' names a matrix (here: W)
      blocks b = 4
             ^]
  `);
  expect(read("h' = W x\nblocks W = 1.5")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected a whole number from 1, got '1.5'
      blocks W = 1.5
                 ^^^]
  `);
  expect(read("h' = W x\nblocks W = R")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected a whole number from 1, got 'R'
      blocks W = R
                 ^]
  `);
  expect(read("h' = U h\nwidth h = 5\nblocks U = 4")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'U' has width 5, which is not divisible by 4 blocks; choose another number
      blocks U = 4
             ^]
  `);
  expect(read("h' = W x + v\ninput v")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected 'per step' or 'per sequence', but the line ends
      input v
             ^]
  `);
  expect(read("h' = W x + v\ninput v per epoch")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: expected 'per step' or 'per sequence', got 'epoch'
      input v per epoch
                  ^^^^^]
  `);
});

test("start values, dropped elements and initial values", () => {
  const refused = (text: string): void => {
    try {
      parseCell("gru", text);
    } catch (error) {
      messages.push((error as Error).message);
      return;
    }
    messages.push(`${text}: not refused`);
  };
  const messages: string[] = [];
  refused("h' = W x\nstart h = W x");
  refused("h' = W x\nc' = h'\nstart h = c");
  refused("z = W x\nh' = z\nstart h = z");
  refused("h' = W x\nstart h = mask(0.1, per step)");
  refused("h' = W x\nstart h = A v\ninput v per step");
  refused("h' = W x\nstart h = b\nwidth b = P");
  refused("h' = W x\ndrop W = 1");
  refused("h' = W x + b\ndrop b = 0.5");
  refused("h' = W x\ninit W = spectral(-1)");
  refused("h' = W x + b\ninit b = chrono(2)");
  refused("h' = W x + b\ninit b = he");
  refused("h' = U h\ninit U = shift(0.5)");
  refused("h' = W x + bf + bi\ninit bi = -bg");
  refused("h' = W x + a + b\ninit a = -b\ninit b = -a");
  refused("h' = pick(W x, y)");
  refused("h' = pick(W x)");
  refused("h' = place(x, k)\ninput k per step");
  expect(messages.join("\n\n")).toMatchInlineSnapshot(`
    "gru, line 2: 'x' is an input per step, and a start value is needed before the first step; use only numbers, parameters, constants and inputs per sequence
      start h = W x
                  ^

    gru, line 3: 'c' is a state, and a start value is needed before the first step; use only numbers, parameters, constants and inputs per sequence
      start h = c
                ^

    gru, line 3: 'z' is a local, and a start value is needed before the first step; use only numbers, parameters, constants and inputs per sequence
      start h = z
                ^

    gru, line 2: a mask is drawn at a step, and a start value is needed before the first step; use only numbers, parameters, constants and inputs per sequence
      start h = mask(0.1, per step)
                ^^^^

    gru, line 2: 'v' is an input per step, and a start value is needed before the first step; use only numbers, parameters, constants and inputs per sequence
      start h = A v
                  ^

    gru, line 2: 'h' has width H but its start value has width P; apply a matrix to it or add 'requires H = P'
      start h = b
            ^

    gru, line 2: expected a rate from 0 to below 1, got '1'
      drop W = 1
               ^

    gru, line 2: 'b' is a vector parameter, but 'drop' names a matrix (here: W)
      drop b = 0.5
           ^

    gru, line 2: the argument of 'spectral' must not be negative, got -1
      init W = spectral(-1)
               ^^^^^^^^

    gru, line 2: the argument of 'chrono' must be more than 2 steps, got 2
      init b = chrono(2)
               ^^^^^^

    gru, line 2: 'he' is for matrices and 'b' is a vector; use a number, normal or uniform
      init b = he
           ^

    gru, line 2: the argument of 'shift' must be a whole number, got 0.5
      init U = shift(0.5)
               ^^^^^

    gru, line 2: '-bg' must be the negative of another vector; did you mean '-bf'?
      init bi = -bg
           ^^

    gru, line 2: 'b' is itself the negative of another parameter; give 'b' or 'a' an initial value of its own
      init a = -b
           ^

    gru, line 1: the indices of 'pick' must be an input, and 'y' is not; add a line 'input y per step' or 'input y per sequence'
      h' = pick(W x, y)
                     ^

    gru, line 1: expected ',' and an input of whole numbers, as in 'pick(y, k)', got ')'
      h' = pick(W x)
                   ^

    gru, line 1: 'place' needs an index for each element, but 'k' has width H and 'x' has width I; add a line 'width k = I'
      h' = place(x, k)
           ^^^^^"
  `);
});
