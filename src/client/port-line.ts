import type { Endpoint } from 'comlink'
import { KMSInternalException, type KmsError, reviveError } from '../contract/errors.js'
import { ALIVE_LOCK_PREFIX, BEAT_INTERVAL, type PortWord } from '../contract/port-words.js'
import type { LockState } from './lock-state.js'

/** Whoever makes calls through a line. */
export interface LineUser {
  /** Whether it waits for an answer. */
  readonly isWaiting: boolean
  readonly lock: LockState
  /** The other side is gone: nothing will ever be answered any more. */
  close(reason: KmsError): void
}

/**
 * Beats of the worker's that may fail to come while an answer is waited for: half a minute without any message. The worker
 * beats by a timer of its own while it works on a request, however long that takes (generating an RSA key, hashing a
 * passphrase), so that only one that does nothing else for half a minute, and answers nobody, is taken for gone.
 */
const MOST_SILENCE = 6

/** Milliseconds for the worker's last words to arrive, which the release of its lock, or the end of the port, can overtake. */
const LAST_WORDS = 200

/**
 * One end of a message port, which hears of the end of the other:
 *
 * - **in order**: the worker says why, when the vault is closed or deleted, or the connection is revoked;
 * - **without a word**, because a page was closed or navigated away, a worker was terminated, a tab was killed: by the Web
 *   Lock that the worker holds, in windows and workers of its origin and partition, which alone can see it; by the port's
 *   `close` event in engines that have it; and everywhere by silence while an answer is waited for.
 *
 * It tells the other end of its own in the same cases: when the port is closed, and when the page goes.
 *
 * Nothing runs while nobody waits.
 */
export class PortLine implements Endpoint {
  readonly #port: MessagePort
  readonly #ended = new AbortController()
  #user: LineUser | undefined
  #silence = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(port: MessagePort) {
    this.#port = port
  }

  /** Begins to listen; what has come before is heard too. */
  open(user: LineUser): void {
    this.#user = user
    const { signal } = this.#ended
    tellOfClosing(this.#port, this.#lose)
    this.#port.addEventListener('message', this.#hear, { signal })
    this.#port.addEventListener('close', this.#loseSoon, { signal })
    // Of windows only. A page that may come back keeps its ports.
    globalThis.addEventListener?.('pagehide', (event) => (event as PageTransitionEvent).persisted || this.#lose(), {
      signal,
    })
    this.#port.start()
  }

  /** Sees to it that whoever waits is told when there is nobody any more who could answer. Cheap: called for each request. */
  watch(): void {
    if (this.#timer !== undefined) return
    this.#silence = 0
    this.#listen()
  }

  /** Gives the port up. */
  end(): void {
    this.#user = undefined
    clearTimeout(this.#timer)
    this.#ended.abort()
    this.#port.close()
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer)
  }

  addEventListener(...listener: Parameters<Endpoint['addEventListener']>): void {
    this.#port.addEventListener(...listener)
  }

  removeEventListener(...listener: Parameters<Endpoint['removeEventListener']>): void {
    this.#port.removeEventListener(...listener)
  }

  /** Counts beats, not time: a computer that slept, or a page that was busy, has missed one at most. */
  #listen(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (!this.#user?.isWaiting) return
      this.#silence += 1
      if (this.#silence > MOST_SILENCE) this.#lose()
      else this.#listen()
    }, BEAT_INTERVAL)
  }

  readonly #hear = ({ data }: MessageEvent<PortWord | undefined>) => {
    this.#silence = 0
    if (data?.type === 'END') this.#user?.close(reviveError(data.error, ''))
    else if (data?.type === 'LOCK') this.#user?.lock.hear(data)
    else if (data?.type === 'HELLO') void this.#watchLock(data.aliveLock)
  }

  async #watchLock(name: string): Promise<void> {
    try {
      const { held = [] } = await navigator.locks.query()
      // One that is not there belongs to another partition, where nobody holds it here.
      if (!name.startsWith(ALIVE_LOCK_PREFIX) || !held.some((lock) => lock.name === name)) return
      // Shared, so that a page that is frozen holds up nobody.
      await navigator.locks.request(name, { mode: 'shared', signal: this.#ended.signal }, () => {
        this.#loseSoon()
      })
    } catch {
      // There are no locks here (an opaque origin), or the line has ended.
    }
  }

  readonly #loseSoon = () => {
    setTimeout(this.#lose, LAST_WORDS)
  }

  readonly #lose = () => this.#user?.close(vaultGone())
}

/**
 * Has a port tell its other end when it is closed: without the `close` event of ports, which few engines have, nobody there
 * would know, and the worker would keep the connection for ever.
 */
export function tellOfClosing(port: MessagePort, onClose = () => {}): void {
  const close = port.close.bind(port)
  port.close = () => {
    port.postMessage({ id: 'closed', type: 'RELEASE' })
    close()
    onClose()
  }
}

function vaultGone(): KMSInternalException {
  return new KMSInternalException(
    'The vault behind this port is gone: its page was closed or has navigated away, its worker has ended, or the port was closed. Ask for a new port; what was acknowledged is stored.',
  )
}
