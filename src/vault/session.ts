import { workerGone } from '../client/channel.js'
import { LockState } from '../client/lock-state.js'
import { type Remote, releaseProxy } from '../client/remote.js'
import type {
  ControlAnswer,
  ControlService,
  KeyStateMessage,
  OpenedMessage,
  VaultEventMessage,
} from '../contract/control.js'
import { KMSInvalidStateException, reviveError } from '../contract/errors.js'
import { endWorker } from './start-worker.js'

/** A worker that has opened a vault. */
export interface OpenedWorker {
  readonly worker: Worker
  readonly control: Remote<ControlService>
  readonly opened: OpenedMessage
}

/**
 * Milliseconds that a worker has to write what is still to be written, when its vault is closed: also on a slow disk, and
 * behind what others write.
 */
const CLOSE_TIMEOUT = 20_000

/**
 * What every side of a vault needs of it: its worker, from the moment that it has opened the vault, and its end, whoever
 * brings it about. Each side asks the worker through {@link ask}, and hears of the end by {@link ended}.
 */
export class Session {
  /** The worker itself, for the account root's own requests. */
  readonly control: Remote<ControlService>
  /** The vault's name. */
  readonly name: string
  /** The Region that the vault was opened with. */
  readonly region: string
  /** Aborted once the vault is open no more; the reason is what everybody is told who asks it for anything. */
  readonly ended: AbortSignal
  readonly lock = new LockState()
  readonly #worker: Worker
  /** Held by the worker while it lives. */
  readonly #aliveLock: string
  readonly #end = new AbortController()

  constructor(
    { worker, control, opened }: OpenedWorker,
    { name, region }: { readonly name: string; readonly region: string },
  ) {
    this.control = control
    this.name = name
    this.region = region
    this.ended = this.#end.signal
    this.#worker = worker
    this.lock.hear(opened.lock)
    this.#aliveLock = opened.aliveLock
    opened.events.onmessage = ({ data }: MessageEvent<VaultEventMessage>) => this.#hear(data)
    this.#watchWorker()
  }

  /** Hears of new states of keys. There is one listener: the vault, which tells all others. */
  onKeyState: (message: KeyStateMessage) => void = () => {}

  /** @throws the reason of the vault's end, once it has ended */
  mustBeOpen(): void {
    this.ended.throwIfAborted()
  }

  /**
   * Asks the worker for something, and settles even if the worker never answers.
   *
   * @throws the KmsError that the worker answers, or the reason of the vault's end
   */
  async ask<Result>(question: (control: Remote<ControlService>) => Promise<ControlAnswer<Result>>): Promise<Result> {
    this.mustBeOpen()
    return resultOf(await this.#unlessEnded(question(this.control)))
  }

  /** Ends the vault and its worker. */
  async close(): Promise<void> {
    if (this.ended.aborted) return
    this.#end.abort(new KMSInvalidStateException('The vault was closed. Open it again to go on.'))
    const waiting = new AbortController()
    const timer = setTimeout(() => waiting.abort(), CLOSE_TIMEOUT)
    try {
      // One that has died meanwhile does not answer.
      await Promise.race([this.control.close(), this.#workerEnds(waiting.signal).catch(() => {})])
    } finally {
      clearTimeout(timer)
      waiting.abort()
      this.control[releaseProxy]()
      endWorker(this.#worker)
    }
  }

  #hear(message: VaultEventMessage): void {
    if (message.type === 'keystate') this.onKeyState(message)
    else if (message.type === 'LOCK') this.lock.hear(message)
    else this.#fail(reviveError(message.error, ''))
  }

  #watchWorker(): void {
    const { signal } = this.#end
    this.#worker.addEventListener('error', () => this.#fail(workerGone()), { signal })
    this.#workerEnds(signal).then(
      () => this.#fail(workerGone()),
      // The vault was closed, and nobody waits for the worker's end any more.
      () => {},
    )
  }

  /**
   * The worker holds a Web Lock while it lives; a worker that was terminated tells nobody in any other way. Rejects when
   * the signal is aborted.
   */
  async #workerEnds(signal: AbortSignal): Promise<void> {
    await navigator.locks.request(this.#aliveLock, { signal }, () => {})
  }

  #fail(reason: Error): void {
    if (this.ended.aborted) return
    this.#end.abort(reason)
    endWorker(this.#worker)
  }

  /** Not by `Promise.race`, which would keep something of each question until the vault ends. */
  #unlessEnded<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const end = () => reject(this.ended.reason)
      this.ended.addEventListener('abort', end)
      answer.then(resolve, reject).finally(() => this.ended.removeEventListener('abort', end))
    })
  }
}

/** @throws the KmsError that an answer holds instead of a result */
export function resultOf<Result>(answer: ControlAnswer<Result>): Result {
  if (answer.error) throw reviveError(answer.error, '')
  return answer.result as Result
}
