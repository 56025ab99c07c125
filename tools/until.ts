export interface UntilOptions {
  /** How long to ask, in seconds. */
  readonly seconds?: number;
  /** The pause between two questions, in milliseconds. */
  readonly pauseMs?: number;
}

/** Asks again and again until there is an answer. An error says what did not come. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 180, pauseMs = 700 }: UntilOptions = {},
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Waits until a condition on this machine holds. Bounded, so that a test that fails does not keep jest from ending. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await until(String(condition), condition, { seconds: 60, pauseMs: 20 });
}
