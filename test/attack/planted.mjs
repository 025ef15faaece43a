// Readers with a planted fault each, which the attack must find.
const samples = [Uint8Array.of(1, 2, 3)];
const reader = (read) => () => ({
  samples,
  named: "planted",
  read: (bytes) => bytes !== samples[0] && read(),
});

/** By name. */
export const planted = {
  "planted-slow": reader(() => {
    const spent = () => process.cpuUsage().user + process.cpuUsage().system;
    const before = spent();
    while (spent() - before < 2.2e6);
  }),
  "planted-hang": reader(() => {
    for (;;);
  }),
  "planted-memory": reader(() => new Float64Array(20e6).fill(1)),
  "planted-crash": reader(() => process.abort()),
  "planted-fault": reader(() => null.length),
  "planted-nameless": reader(() => {
    throw new Error("something is wrong");
  }),
};
