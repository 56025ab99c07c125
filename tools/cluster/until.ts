/** Asks again and again until there is an answer. An error says what did not come. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 180): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}
