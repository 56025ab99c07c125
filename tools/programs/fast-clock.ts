/**
 * Loaded before a program under test: with CLOCK_RATE its monotonic clock goes so many times as fast. Its timers do not, nor
 * those of the broker: so patience ends soon, and nothing else.
 */
const rate = Number(process.env.CLOCK_RATE ?? 1);
const now = performance.now.bind(performance);
const began = now();

if (rate !== 1) performance.now = () => began + (now() - began) * rate;
