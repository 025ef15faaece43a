// Mistakes in the use of names and in widths, with their exact messages.
import { expect, test } from "vitest";
import { parseCell } from "../../src/language/equations.ts";

const read = (text: string) => (): unknown => parseCell("gru", text);

test("names that cannot be assigned", () => {
  expect(read("h' = W x\nh' = U h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'h' is already assigned in line 1; use another name for this line
      h' = U h
      ^^]
  `);
  expect(read("h' = W x\nh = U h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'h' is a state since line 1 and cannot also be a local; rename one of them
      h = U h
      ^]
  `);
  expect(read("h = W x\nh' = U h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'h' is a local since line 1 and cannot also be a state; rename one of them
      h' = U h
      ^^]
  `);
  expect(read("W = x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'W' begins with a capital, so it is a matrix and cannot be assigned; write w = …
      W = x
      ^]
  `);
  expect(read("tanh = x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'tanh' is a function, so nothing else may have this name; choose another
      tanh = x
      ^^^^]
  `);
  expect(read("x = W h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'x' is the input and cannot be assigned; choose another name
      x = W h
      ^]
  `);
  expect(read("x' = W h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'x' is the input and cannot be assigned; choose another name
      x' = W h
      ^^]
  `);
  expect(read("h' = γ ⊙ x\nγ = 2\nconstant γ = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'γ' is already a local; choose another name
      constant γ = 1
               ^]
  `);
  expect(read("h' = W v + c\ninput v, c per step\nconstant c = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: 'c' is already an input; choose another name
      constant c = 1
               ^]
  `);
  expect(read("h' = W x\ninput x per sequence")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'x' is always the input per step; remove it from this clause
      input x per sequence
            ^]
  `);
  expect(read("h' = W x\ninput V per step")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'V' begins with a capital, so it is a matrix; call the input 'v'
      input V per step
            ^]
  `);
  expect(read("h' = W x\nconstant Γ = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'Γ' begins with a capital, so it is a matrix; call the constant 'γ'
      constant Γ = 1
               ^]
  `);
  expect(read("h' = W x\nconstant exp = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'exp' is a function, so nothing else may have this name; choose another
      constant exp = 1
               ^^^]
  `);
});

test("names that are read too early, or wrongly primed", () => {
  expect(read("h = tanh(W x + U h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: h is read before it is assigned; to make it a state, write h' = …
      h = tanh(W x + U h)
                       ^]
  `);
  expect(read("h' = z ⊙ x\nz = W x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: z is read before it is assigned (line 2); move that line above this one, or, to make it a state, write z' = …
      h' = z ⊙ x
           ^]
  `);
  expect(read("h' = o ⊙ c'\nc' = W x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: c' is read before it is assigned (line 2); move this line below that one, or write c for its previous value
      h' = o ⊙ c'
               ^^]
  `);
  expect(read("h' = W x + h'")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: h' is read before it is assigned; write h for its previous value
      h' = W x + h'
                 ^^]
  `);
  expect(read("c = W x\nh' = tanh(c')")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'c' is a local, and only a state takes a prime; write c
      h' = tanh(c')
                ^^]
  `);
  expect(read("h' = W x'")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'x' is an input, and only a state takes a prime; write x
      h' = W x'
             ^^]
  `);
  expect(read("h' = γ' ⊙ h\nconstant γ = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'γ' is a constant, and only a state takes a prime; write γ
      h' = γ' ⊙ h
           ^^]
  `);
  expect(read("h' = tanh(W x + c')")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: c' is never assigned; add a line c' = …
      h' = tanh(W x + c')
                      ^^]
  `);
  expect(read("hidden' = W x\nh' = hiden'")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: hiden' is never assigned; did you mean hidden'?
      h' = hiden'
           ^^^^^^]
  `);
  expect(read("h' = W x_t + U h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown name 'x_t'; time indices are not written: write x
      h' = W x_t + U h
             ^^^]
  `);
  expect(read("h' = W x + U h_t")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown name 'h_t'; time indices are not written: write h (before the step) or h' (after it)
      h' = W x + U h_t
                   ^^^]
  `);
});

test("matrices that are not applied, and vectors that are", () => {
  expect(read("h' = tanh(Wzx + b)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: matrix 'Wzx' must be applied to a vector; did you mean 'Wz x'?
      h' = tanh(Wzx + b)
                ^^^]
  `);
  expect(read("h' = tanh(Wqq + b)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: matrix 'Wqq' must be applied to a vector, as in 'Wqq h'
      h' = tanh(Wqq + b)
                ^^^]
  `);
  expect(read("v' = W x\nh' = tanh(Rv)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: matrix 'Rv' must be applied to a vector; did you mean 'R v'?
      h' = tanh(Rv)
                ^^]
  `);
  expect(read("h' = U h + U ⊙ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'U' is used both as a matrix and as a vector; apply it, as in 'U h', or rename the vector with a small letter
      h' = U h + U ⊙ h
                 ^]
  `);
  expect(read("z = U h\nh' = z + U")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'U' is used both as a matrix (line 1) and as a vector; apply it, as in 'U h', or rename the vector with a small letter
      h' = z + U
               ^]
  `);
  expect(read("h' = A B")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: matrix 'B' must be applied to a vector, as in 'B h'
      h' = A B
             ^]
  `);
  expect(read("h' = b x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'b' is not a matrix, so it cannot be applied to 'x'; for the elementwise product write 'b ⊙ x'
      h' = b x
           ^^^]
  `);
  expect(read("h' = 2 x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: '2' is not a matrix, so it cannot be applied to 'x'; for the elementwise product write '2 ⊙ x'
      h' = 2 x
           ^^^]
  `);
  expect(read("h' = (W x) h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: '(W x)' is not a matrix, so it cannot be applied to 'h'; for the elementwise product write '(W x) ⊙ h'
      h' = (W x) h
           ^^^^^^^]
  `);
  expect(read("h' = b (W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: unknown function 'b'; for the elementwise product write 'b ⊙ (…)'
      h' = b (W x)
           ^]
  `);
  expect(read("h' = W' x")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'W' begins with a capital, so it is a matrix and takes no prime; its transpose is 'Wᵀ'
      h' = W' x
           ^^]
  `);
  expect(read("h' = xᵀ h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'x' is a vector, and only a matrix is transposed; for an inner product write 'sum(x ⊙ …)'
      h' = xᵀ h
           ^]
  `);
});

test("a vector written with a capital", () => {
  expect(read("h' = tanh(W X + U h)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'X' begins with a capital, so it is a matrix, and it is applied to nothing; did you mean 'x'?
      h' = tanh(W X + U h)
                  ^]
  `);
  expect(read("H' = tanh(W x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'H' begins with a capital, so it is a matrix and cannot be assigned; write h' = …
      H' = tanh(W x)
      ^^]
  `);
});

test("widths that differ", () => {
  expect(read("h' = x + h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'x' has width I but 'h' has width H; apply a matrix to one of them or add 'requires I = H'
      h' = x + h
             ^]
  `);
  expect(read("h' = tanh(x)")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'h' has width H but its right side has width I; apply a matrix to the right side or add 'requires I = H'
      h' = tanh(x)
      ^^]
  `);
  expect(read("h' = W x + W h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'W' takes width I but 'h' has width H; use another matrix or add 'requires I = H'
      h' = W x + W h
                 ^]
  `);
  expect(read("h' = Wᵀ x + W h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'Wᵀ x' has width H but 'W h' has width I; apply a matrix to one of them or add 'requires I = H'
      h' = Wᵀ x + W h
                ^]
  `);
  expect(read("r = W x\nh' = r ⊙ h\nwidth r = P")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'r' has width P but 'h' has width H; apply a matrix to one of them or add 'requires P = H'
      h' = r ⊙ h
             ^]
  `);
  expect(read("r = W x\nh' = r ⊙ h\nwidth r = 3\nwidth h = 4")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: 'r' has width 3 but 'h' has width 4; apply a matrix to one of them
      h' = r ⊙ h
             ^]
  `);
  expect(read("s = x\nh' = s ⊙ h\nwidth s = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 's' has width 1 but its right side has width I; apply sum(…) or mean(…) to the right side
      s = x
      ^]
  `);
  expect(read("h' = a + x + b + h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: 'a + x + b' has width I but 'h' has width H; apply a matrix to one of them or add 'requires I = H'
      h' = a + x + b + h
                     ^]
  `);
  expect(read("h' = W x + U h\nrequires I = Q")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: unknown width 'Q'; the widths are H, I
      requires I = Q
                   ^]
  `);
  expect(read("h' = W x + U r\nr' = W x\nwidth r = Proj\nrequires I = Poj"))
    .toThrowErrorMatchingInlineSnapshot(`
      [EquationError: gru, line 4: unknown width 'Poj'; did you mean 'Proj'?
        requires I = Poj
                     ^^^]
    `);
});

test("names that nothing needs", () => {
  expect(read("zt = σ(W x)\nh' = zt ⊙ h\nqq = zt")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 3: local 'qq' reaches neither the output nor a state; read it in a later line, or remove it
      qq = zt
      ^^]
  `);
  expect(read("gate = σ(W x)\nh' = gat ⊙ h + U h")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 1: local 'gate' reaches neither the output nor a state; line 2 reads 'gat', which nothing assigns; did you mean 'gate' there?
      gate = σ(W x)
      ^^^^]
  `);
  expect(read("h' = W x\ninput v per step")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: input 'v' is never used; read it in an equation, or remove this clause
      input v per step
            ^]
  `);
  expect(read("h' = W x + fraem\ninput frame per step")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: input 'frame' is never used; line 1 reads 'fraem', which nothing assigns; did you mean 'frame' there?
      input frame per step
            ^^^^^]
  `);
  expect(read("h' = W x\nconstant γ = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: constant 'γ' is never used; read it in an equation, or remove this clause
      constant γ = 1
               ^]
  `);
  expect(read("h' = W x + gama\nconstant gamma = 1")).toThrowErrorMatchingInlineSnapshot(`
    [EquationError: gru, line 2: constant 'gamma' is never used; line 1 reads 'gama', which nothing assigns; did you mean 'gamma' there?
      constant gamma = 1
               ^^^^^]
  `);
});
