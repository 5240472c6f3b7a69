/**
 * The guarded endpoint in front of Comlink.
 *
 * Comlink by itself gives whoever holds a port the run of the worker: `remote.constructor.constructor('…')` is code
 * execution, `SET` messages write properties, `HANDLER` arguments reach its transfer handlers. The gate lets two kinds
 * of message through and rebuilds each from its checked parts, so that Comlink never sees what a stranger sent:
 *
 * - `APPLY` with a path of exactly one name from a fixed list and at most one plain (`RAW`) argument;
 * - `RELEASE`, with which the holder gives up the port.
 *
 * Everything else is dropped and counted. What was thrown leaves without its stack, which tells of the worker's files, and
 * without the words of a defect. The gate knows Comlink's wire format (version 4), and of KMS the names of errors.
 *
 * On the way out it tells the holder that the worker lives while a request takes long, and hears when the holder is gone.
 */
import type { Endpoint } from 'comlink'
import { type ErrorRecord, errorRecord, exceptions } from '../../src/contract/errors.js'
import { BEAT_INTERVAL, type PortWord } from '../../src/contract/port-words.js'

/** The part of a port or a worker's global scope that the gate stands in front of. */
export interface GuardedPort {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message' | 'close', listener: (event: MessageEvent) => void): void
  removeEventListener(type: 'message' | 'close', listener: (event: MessageEvent) => void): void
  start?(): void
}

/** An endpoint for `Comlink.expose`. */
export interface Gate extends Endpoint {
  /** Messages that were not let through. */
  readonly dropped: number
  /** Tells the holder why, and closes the port. Nothing comes through any more. */
  end(error: ErrorRecord): void
}

const MAX_ID_LENGTH = 128
/**
 * Messages of one port that are worked on at one time. The next ones wait, unread, so that a port that floods the worker
 * costs it no more than this, and other ports are answered meanwhile.
 */
const MAX_IN_PROGRESS = 64
/** Messages of one port that may wait. The package's own clients have fewer on their way; a flood is dropped. */
const MAX_WAITING = 4096

/**
 * Puts a gate in front of a port.
 *
 * @param methods the only names that can be called
 * @param onEnd called once: the holder has given the port up or is gone (where the engine tells of it), or `end` was called
 */
export function guard(port: GuardedPort, methods: readonly string[], onEnd = () => {}): Gate {
  let dropped = 0
  let inProgress = 0
  let hasEnded = false
  let beat: ReturnType<typeof setTimeout> | undefined
  const waiting = new Set<() => void>()
  const listeners = new Map<EventListenerOrEventListenerObject, (event: MessageEvent) => void>()
  const tell = (word: PortWord) => port.postMessage(word, [])
  const keepBeating = () => {
    beat = setTimeout(() => {
      beat = undefined
      if (inProgress === 0) return
      tell({ type: 'BEAT' })
      keepBeating()
    }, BEAT_INTERVAL)
  }
  const next = () => {
    for (const admit of waiting) {
      if (inProgress >= MAX_IN_PROGRESS) return
      waiting.delete(admit)
      admit()
    }
  }
  const close = () => {
    if (hasEnded) return
    hasEnded = true
    clearTimeout(beat)
    waiting.clear()
    for (const guarded of listeners.values()) port.removeEventListener('message', guarded)
    listeners.clear()
    port.removeEventListener('close', close)
    // The worker's own scope goes on, and so does who is in it.
    if (port instanceof MessagePort) port.close()
    onEnd()
  }
  port.addEventListener('close', close)
  return {
    get dropped() {
      return dropped
    },
    addEventListener(type, listener) {
      if (type !== 'message') return
      const admit = (event: MessageEvent) => {
        const data = admissible(event.data, methods)
        if (!data) {
          dropped += 1
          return
        }
        inProgress += 1
        if (beat === undefined) keepBeating()
        // Comlink looks at nothing else of the event.
        const admitted = { data } as MessageEvent
        if (typeof listener === 'function') listener(admitted)
        else listener.handleEvent(admitted)
      }
      const guarded = (event: MessageEvent) => {
        if (inProgress < MAX_IN_PROGRESS) admit(event)
        else if (waiting.size < MAX_WAITING) waiting.add(() => admit(event))
        else dropped += 1
      }
      listeners.set(listener, guarded)
      port.addEventListener('message', guarded)
    },
    // Comlink stops listening when the holder has given the port up.
    removeEventListener: close,
    postMessage(message, transfer = []) {
      if (!hasEnded) port.postMessage(fitToLeave(message), transfer)
      // What would have been moved away may be secret, and nobody takes it any more.
      else for (const buffer of transfer) if (buffer instanceof ArrayBuffer) new Uint8Array(buffer).fill(0)
      // Comlink answers each message that it gets once.
      inProgress -= 1
      next()
    },
    start: () => port.start?.(),
    end(error) {
      if (!hasEnded) tell({ type: 'END', error })
      close()
    },
  }
}

/** What was thrown, as Comlink tells it, as far as it is for others. */
function fitToLeave(message: unknown): unknown {
  if (!isObject(message) || message.type !== 'HANDLER' || message.name !== 'throw') return message
  const { value } = message.value as { readonly value: unknown }
  const { name, message: text } = isObject(value) ? value : {}
  const told =
    typeof name === 'string' && Object.hasOwn(exceptions, name) ? { name, message: text } : errorRecord(value)
  return { ...message, value: { isError: true, value: told } }
}

/** The message as Comlink may have it, or undefined. */
function admissible(data: unknown, methods: readonly string[]): unknown {
  if (!isObject(data)) return undefined
  const { id, type, path, argumentList } = data
  if (typeof id !== 'string' || id.length > MAX_ID_LENGTH) return undefined
  if (type === 'RELEASE') return { id, type }
  if (type !== 'APPLY') return undefined
  if (!Array.isArray(path) || path.length !== 1) return undefined
  const [method] = path as unknown[]
  if (typeof method !== 'string' || !methods.includes(method)) return undefined
  if (!Array.isArray(argumentList) || argumentList.length > 1) return undefined
  const plain: { type: 'RAW'; value: unknown }[] = []
  for (const argument of argumentList as unknown[]) {
    if (!isObject(argument) || argument.type !== 'RAW') return undefined
    plain.push({ type: 'RAW', value: argument.value })
  }
  return { id, type, path: [method], argumentList: plain }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
