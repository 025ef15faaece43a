// The synthetic problems, one file per line; `index.ts` makes a list of them.
export { adding, adding1997 } from "./adding.ts";
export { copyMemory, copySelective, copyVariable } from "./copy-memory.ts";
export { aNbN, aNbNcN } from "./counting.ts";
export { dyck } from "./dyck.ts";
export { longLag2a, longLag2b, longLag2c } from "./long-lag.ts";
export { mackeyGlassForecast } from "./mackey-glass.ts";
export { multiplication } from "./multiplication.ts";
export { parity, temporalXor } from "./parity.ts";
export { continualEmbeddedReber, embeddedReber, reber } from "./reber.ts";
export { temporalOrder6a, temporalOrder6b, temporalOrderPascanu } from "./temporal-order.ts";
export { tomita1, tomita2, tomita3, tomita4, tomita5, tomita6, tomita7 } from "./tomita.ts";
export { twoSequence3a, twoSequence3b, twoSequence3c } from "./two-sequence.ts";
