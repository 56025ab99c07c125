/**
 * Loaded before a program under test: with CLOCK_RATE its clock goes so many times as fast. Its timers do not, nor those of
 * the broker: so patience ends soon, and nothing else.
 */
const rate = Number(process.env.CLOCK_RATE ?? 1);
const { now } = Date;
const began = now();

if (rate !== 1) Date.now = () => began + (now() - began) * rate;
