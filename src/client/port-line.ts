import type { Endpoint } from 'comlink'
import { KMSInternalException, type KmsError, reviveError } from '../contract/errors.js'
import { BEAT_INTERVAL, type PortWord } from '../contract/port-words.js'

/** Whoever makes calls through a line. */
export interface LineUser {
  /** Whether it waits for an answer. */
  readonly isWaiting: boolean
  /** The other side is gone: nothing will ever be answered any more. */
  close(reason: KmsError): void
}

/**
 * Beats of the worker's that may fail to come while an answer is waited for: half a minute without any message. The worker
 * beats by a timer of its own while it works on a request, however long that takes (generating an RSA key, hashing a
 * passphrase), so that only one that does nothing else for half a minute, and answers nobody, is taken for gone.
 */
const MOST_SILENCE = 6

/**
 * One end of a message port, which hears of the end of the other:
 *
 * - **in order**: the worker says why, when the vault is closed or deleted, or the connection is revoked;
 * - **without a word**, because a page was closed or navigated away, a worker was terminated, a tab was killed: by the
 *   port's `close` event where the engine has it (Chromium from version 122), and everywhere by silence while an answer is
 *   waited for. (A Web Lock would tell it sooner, but only in windows of the same origin and partition.)
 *
 * Nothing runs while nobody waits.
 */
export class PortLine implements Endpoint {
  readonly #port: MessagePort
  #user: LineUser | undefined
  #silence = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(port: MessagePort) {
    this.#port = port
  }

  /** Begins to listen; what has come before is heard too. */
  open(user: LineUser): void {
    this.#user = user
    this.#port.addEventListener('message', this.#hear)
    this.#port.addEventListener('close', this.#lose)
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
    this.#port.removeEventListener('message', this.#hear)
    this.#port.removeEventListener('close', this.#lose)
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
  }

  readonly #lose = () => this.#user?.close(vaultGone())
}

function vaultGone(): KMSInternalException {
  return new KMSInternalException(
    'The vault behind this port is gone: its page was closed or has navigated away, its worker has ended, or the port was closed. Ask for a new port; what was acknowledged is stored.',
  )
}
