// brain.js: its LSTM on one sequence, as it trains: with RMSprop and a clip of each element, since it has no other.
import { createRequire } from "node:module";
import { randomWholes, serve, versionOf } from "./serve.mjs";

await serve(async ({ configuration: { size, layers, steps }, vocabulary }) => {
  const { recurrent } = createRequire(import.meta.url)("brain.js");
  const net = new recurrent.LSTM({
    // Its input is an embedding of the symbols, as wide as it has it by default.
    inputRange: vocabulary,
    inputSize: 20,
    outputSize: vocabulary,
    hiddenLayers: Array.from({ length: layers }, () => size),
  });
  net.initialize();
  net.trainOpts = { ...net.trainOpts, learningRate: 0.002 };
  // It adds a symbol for the start and one for the end, and so makes one step more than it is given symbols.
  const symbols = [...randomWholes(steps - 1, vocabulary - 1)];
  return {
    call: async () => {
      if (!Number.isFinite(net.trainPattern(symbols, true))) throw new Error("its loss is no finite number");
    },
    versions: { "brain.js": versionOf("brain.js") },
  };
});
