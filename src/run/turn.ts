// Turns for the event loop during long work, since awaiting promises alone starves timers, signals and the page. Works in
// Node and in browsers.

/** Milliseconds that work may go on between two turns: fewer than anyone notices, and many more than a turn costs. */
const millisecondsBetweenTurns = 20;

/** A function to call between pieces of work and to await: it gives the event loop a turn whenever one is due. */
export function eventLoopTurns(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < millisecondsBetweenTurns) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
}

/** Resolves after the timers, input and signals that are waiting have been served. */
export function turn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  // A timer would cost a browser 4 ms, and a second in a page that is out of sight; a message costs nothing.
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
