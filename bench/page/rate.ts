import type { Contender } from './contenders.js'

/** Calls a second with a fixed number of calls in flight; each answer is followed by the next call. */
export async function rate(
  { run }: Contender,
  bytes: Uint8Array<ArrayBuffer>,
  inFlight: number,
  milliseconds: number,
): Promise<number> {
  const end = performance.now() + milliseconds
  let calls = 0
  const lane = async () => {
    while (performance.now() < end) {
      await run(bytes)
      calls += 1
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: inFlight }, lane))
  return (calls / (performance.now() - started)) * 1000
}
