import { type Bytes, CHUNK, drain, type Sink, type StreamContender } from './envelope-streams.js'

const TAG = 16

/** A worker that answers in the order of the calls. */
function bareWorker(): (way: string, chunk: Bytes) => Promise<ArrayBuffer> {
  const worker = new Worker(new URL('./bare-stream-worker.ts', import.meta.url), { type: 'module' })
  const waiting: ((result: ArrayBuffer) => void)[] = []
  worker.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => waiting.shift()?.(data))
  return (way, { buffer }) =>
    new Promise((resolve) => {
      waiting.push(resolve)
      worker.postMessage([way, buffer], [buffer])
    })
}

/** The best bare loop: one chunk per transferred message, so many messages in flight, workers in turn. */
export function floor(depth: number, workers = 1): StreamContender {
  const calls = Array.from({ length: workers }, bareWorker)
  const loop = (way: string) => async (source: ReadableStream<Bytes>, sink: Sink) => {
    const reader = source.getReader()
    const flying: Promise<ArrayBuffer>[] = []
    const land = async () => {
      const first = flying.shift()
      if (first) sink(new Uint8Array(await first))
    }
    for (let turn = 0; ; turn++) {
      const { done, value } = await reader.read()
      if (done) break
      const call = calls[turn % workers] as (typeof calls)[number]
      flying.push(call(way, value))
      if (flying.length >= depth) await land()
    }
    while (flying.length > 0) await land()
  }
  return {
    name: `${workers} bare worker${workers > 1 ? 's' : ''}, ${depth} in flight`,
    takes: 'stream',
    sealedChunk: CHUNK + TAG,
    encrypt: loop('encrypt'),
    decrypt: loop('decrypt'),
  }
}

/** What the source costs by itself: nobody can be faster. */
export const sourceAlone: StreamContender = {
  name: 'the source alone',
  takes: 'stream',
  encrypt: drain,
  decrypt: drain,
}
