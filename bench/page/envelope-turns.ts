import { concatenate } from '../../src/contract/bytes.js'
import {
  type Bytes,
  CHUNK,
  type EnvelopeContender,
  MIB,
  randomBytes,
  randomSource,
  type Sink,
  sourceFrom,
} from './envelope-streams.js'

/** MiB/s. */
export interface Rates {
  readonly encrypt: number
  readonly decrypt: number
}

/**
 * One turn of a contender. What comes out of a stream is counted and thrown away by the clock; a turn before it gets the
 * ciphertext, and warms up.
 */
export async function turn(contender: EnvelopeContender, size: number): Promise<Rates> {
  let sealed = contender.takes === 'stream' ? await sealedBy(contender, size) : undefined
  const encrypt = await timed(size, encrypting(contender, size), (chunk) => {
    if (contender.takes === 'whole') sealed = chunk as Bytes
  })
  const decrypt = await timed(size, decrypting(contender, sealed as Bytes))
  return { encrypt, decrypt }
}

/** Whether a contender can do a message of this size at all, and what it says if it cannot. */
export async function failureAt(contender: EnvelopeContender, size: number): Promise<string | undefined> {
  try {
    const sealed = await sealedBy(contender, size)
    await decrypting(contender, sealed)(() => {})
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Of the page, so that nobody pays for what another has left; there if Chromium was started so. */
const { gc: collectGarbage } = globalThis as { gc?: () => void }

type Work = (sink: Sink) => Promise<void>

function encrypting(contender: EnvelopeContender, size: number): Work {
  if (contender.takes === 'stream') return (sink) => contender.encrypt(randomSource(size), sink)
  const plaintext = randomBytes(size)
  return (sink) => contender.encrypt(plaintext, sink)
}

function decrypting(contender: EnvelopeContender, sealed: Bytes): Work {
  if (contender.takes === 'whole') return (sink) => contender.decrypt(sealed, sink)
  return (sink) => contender.decrypt(sourceFrom(sealed, contender.sealedChunk ?? CHUNK), sink)
}

async function sealedBy(contender: EnvelopeContender, size: number): Promise<Bytes> {
  const parts: Uint8Array[] = []
  await encrypting(contender, size)((part) => void parts.push(part))
  return concatenate(parts)
}

async function timed(size: number, work: Work, sink: Sink = () => {}): Promise<number> {
  let bytes = 0
  collectGarbage?.()
  const started = performance.now()
  await work((chunk) => {
    bytes += chunk.byteLength
    sink(chunk)
  })
  const seconds = (performance.now() - started) / 1000
  if (bytes < size) throw new Error(`Of ${size} bytes ${bytes} came out.`)
  return size / MIB / seconds
}
