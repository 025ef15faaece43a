// Mistakes in the form of a line, with their exact messages.
import { expect, test } from "vitest";
import { equations, parseCell } from "../../src/language/equations.ts";
import { EquationError } from "../../src/language/text-error.ts";

const read = (text: string) => (): unknown => parseCell("gru", text);

test("an error has its span", () => {
  const fault = expect(() => parseCell("gru", "z = σ(W x)\nh' = z ⊙ tahn(U h)"));
  fault.toThrow(EquationError);
  fault.toThrow(
    expect.objectContaining({ name: "EquationError", cell: "gru", line: 2, column: 10, length: 4 }),
  );
});

test("the caret is under the mistake, past tabs, accents and letters beyond 16 bits", () => {
  expect(read("h' =\ttahn(W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'tahn'; did you mean 'tanh'?
      h' =	tahn(W x)
          	^^^^]
  `);
  expect(read("h' = β̂ ⊙ tahn(𝛾)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'tahn'; did you mean 'tanh'?
      h' = β̂ ⊙ tahn(𝛾)
               ^^^^]
  `);
  expect(read(`h' = ${"x + ".repeat(60)}tahn(x)${" + x".repeat(60)}`)).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'tahn'; did you mean 'tanh'?
      …x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + tahn(x) + x + x + x + x + x + x + x + x + x + x + x + x + x …
                                                                   ^^^^]
  `);
  expect(
    () => equations("gru")`
    z  = σ(Wz x + Uz h + bz)
    r  = σ(Wr x + Ur h + br)
    n  = tahn(Wn x + bn)
  `,
  ).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: unknown function 'tahn'; did you mean 'tanh'?
      n  = tahn(Wn x + bn)
           ^^^^]
  `);
});

test("characters, parentheses and the form of a line", () => {
  expect(read("h' = W x $ 2")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown character '$' (U+0024); names are letters, digits and _, operators + - ⊙ * / ᵀ
      h' = W x $ 2
               ^]
  `);
  expect(read("h' = W x\u200b")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown character '​' (U+200B); names are letters, digits and _, operators + - ⊙ * / ᵀ
      h' = W x​
              ^]
  `);
  expect(read("h'' = x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a prime must follow a name, and only once, as in h'
      h'' = x
        ^]
  `);
  expect(read("h ' = x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a prime must follow a name, and only once, as in h'
      h ' = x
        ^]
  `);
  expect(read("h' = h²")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a power is not part of a name; write square(h) or h ⊙ h
      h' = h²
            ^]
  `);
  expect(read("h' = W x + 1e999")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: the number 1e999 is too large; the maximum is 1.8e308
      h' = W x + 1e999
                 ^^^^^]
  `);
  expect(read("h' = (W x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: this '(' is never closed; add its ')'
      h' = (W x
           ^]
  `);
  expect(read("z = tanh(W x\nh' = z")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: this '(' is never closed; add its ')'
      z = tanh(W x
              ^]
  `);
  expect(read("h' = W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: this ')' closes nothing; remove it, or add its '('
      h' = W x)
              ^]
  `);
  expect(read("h' =")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected a name, a number or '(', but the line ends
      h' =
          ^]
  `);
  expect(read("h' = W x +")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected a name, a number or '(', but the line ends
      h' = W x +
                ^]
  `);
  expect(read("h' = = x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected a name, a number or '(', got '='
      h' = = x
           ^]
  `);
  expect(read("h' = W (x, h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected ')' or an operator, got ','
      h' = W (x, h)
               ^]
  `);
  expect(read("W x + h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected '=' (a line is an equation such as h' = … or a clause such as init b = 1), got 'x'
      W x + h
        ^]
  `);
  expect(read("h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected '=' (a line is an equation such as h' = … or a clause such as init b = 1), but the line ends
      h
       ^]
  `);
  expect(read("3 = h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected an equation such as h' = … or a clause such as init b = 1, got '3'
      3 = h
      ^]
  `);
  expect(read("= h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected an equation such as h' = … or a clause such as init b = 1, got '='
      = h
      ^]
  `);
  expect(read("h' = W x = 2")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected an operator or the end of the line, got '='
      h' = W x = 2
               ^]
  `);
  expect(read("h' = per step")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'per' is not a matrix, so it cannot be applied to 'step'; for the elementwise product write 'per ⊙ step'
      h' = per step
           ^^^^^^^^]
  `);
  expect(read("")).toThrowErrorMatchingInlineSnapshot(
    `[EquationError: gru, line 1: a cell needs an equation, such as h' = tanh(W x + U h + b)]`,
  );
  expect(read(" # only a comment")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a cell needs an equation, such as h' = tanh(W x + U h + b)
      # only a comment
      ^]
  `);
  expect(read("fixed U")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a cell needs an equation, such as h' = tanh(W x + U h + b)
      fixed U
      ^]
  `);
});

test("functions", () => {
  expect(read("h' = tahn(Wn x + bn)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'tahn'; did you mean 'tanh'?
      h' = tahn(Wn x + bn)
           ^^^^]
  `);
  expect(read("h' = frobnicate(x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'frobnicate'; for the elementwise product write 'frobnicate ⊙ (…)'
      h' = frobnicate(x)
           ^^^^^^^^^^]
  `);
  expect(read("h' = b (x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'b'; for the elementwise product write 'b ⊙ (…)'
      h' = b (x)
           ^]
  `);
  expect(read("h' = tanh x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'tanh' is a function and needs parentheses; write 'tanh(…)'
      h' = tanh x
           ^^^^]
  `);
  expect(read("h' = tanh'(x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'tanh' is a function and takes no prime; remove it
      h' = tanh'(x)
           ^^^^^]
  `);
  expect(read("h' = Tanh(W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'Tanh' begins with a capital, so it is a matrix; for the function write 'tanh'
      h' = Tanh(W x)
           ^^^^]
  `);
  expect(read("h' = min(h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'min' takes 2 arguments, not 1
      h' = min(h)
           ^^^]
  `);
  expect(read("h' = tanh(x, h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'tanh' takes 1 argument, not 2
      h' = tanh(x, h)
           ^^^^]
  `);
  expect(read("h' = tanh()")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'tanh' takes 1 argument, not 0
      h' = tanh()
           ^^^^]
  `);
  expect(read("h' = norm(x, h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'norm' takes 1 argument, not 2
      h' = norm(x, h)
           ^^^^]
  `);
  expect(read("h' = transpose(b) h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'b' is not a matrix; write 'transpose(W) h', or 'Wᵀ h'
      h' = transpose(b) h
                     ^]
  `);
  expect(read("h' = transpose(Wᵀ) h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'W' is transposed twice; write 'W' alone
      h' = transpose(Wᵀ) h
                     ^]
  `);
  expect(read("h' = mask(1, per step) ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a mask's rate must be a number or a constant, from 0 to below 1, got 1
      h' = mask(1, per step) ⊙ h
                ^]
  `);
  expect(read("h' = mask(p, per step) ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a mask's rate must be a number or a constant, from 0 to below 1, got 'p'
      h' = mask(p, per step) ⊙ h
                ^]
  `);
  expect(read("h' = mask(-0.1, per step) ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected a rate: a number from 0 to below 1, or a constant, got '-'
      h' = mask(-0.1, per step) ⊙ h
                ^]
  `);
  expect(read("h' = mask(p, per step) ⊙ h\nconstant p = 1.5")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a mask's rate must be a number or a constant, from 0 to below 1, got p = 1.5
      h' = mask(p, per step) ⊙ h
                ^]
  `);
  expect(read("h' = mask(0.1 per step) ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected ',' and 'per step' or 'per sequence', as in 'mask(0.1, per step)', got 'per'
      h' = mask(0.1 per step) ⊙ h
                    ^^^]
  `);
  expect(read("h' = mask(0.1, per stp) ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: expected 'per step' or 'per sequence', got 'stp'
      h' = mask(0.1, per stp) ⊙ h
                         ^^^]
  `);
});

test("a text that is not a cell", () => {
  expect(read("#".repeat(100_001))).toThrowErrorMatchingInlineSnapshot(
    `[EquationError: gru, line 1: expected at most 100000 characters, got 100001; is this the right file?]`,
  );
  expect(read(`h' = ${"(".repeat(10_000)}x${")".repeat(10_000)}`)).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: parentheses are nested more than 200 deep; split the equation with locals
      …((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((…
                                                                   ^]
  `);
  expect(read(`h' = h${" + h".repeat(500)}`)).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: a statement has more than 1000 symbols; split it with locals
      …h + h + h + h + h + h + h + h + h + h + h + h + h + h + h + h + h
                                                                   ^]
  `);
});
