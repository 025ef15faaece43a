// brain.js: its LSTM on one sequence, trained in its only way: RMSprop, with each element clipped.
import { createRequire } from "node:module";
import { randomIntegers, serve, versionOf } from "./serve.mjs";

await serve(async ({ configuration: { size, layers, steps }, vocabulary }) => {
  const { recurrent } = createRequire(import.meta.url)("brain.js");
  const net = new recurrent.LSTM({
    // The width of its input embedding, its default.
    inputRange: vocabulary,
    inputSize: 20,
    outputSize: vocabulary,
    hiddenLayers: Array.from({ length: layers }, () => size),
  });
  net.initialize();
  net.trainOpts = { ...net.trainOpts, learningRate: 0.002 };
  // It adds a start and an end symbol, so it runs one step more than there are symbols.
  const symbols = [...randomIntegers(steps - 1, vocabulary - 1)];
  return {
    call: async () => {
      if (!Number.isFinite(net.trainPattern(symbols, true))) throw new Error("its loss is not finite");
    },
    versions: { "brain.js": versionOf("brain.js") },
  };
});
