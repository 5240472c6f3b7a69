/** The page's side of a client port: batching, packing, and the revival of errors. */
import { transfer } from 'comlink'
import type { HandleWish } from '../contract/data-keys.js'
import { type ErrorName, KMSInternalException, reviveError, ValidationException } from '../contract/errors.js'
import { saidBy } from '../contract/reader.js'
import type { OperationInput, OperationName, OperationOutput } from '../contract/shapes.js'
import {
  type Answers,
  boundless,
  type Call,
  MAX_BATCH,
  Packer,
  type RequestService,
  requestServiceMethods,
  TRANSFER_FROM,
  unpack,
} from '../contract/wire.js'
import { type Connection, KmsClient } from './client.js'
import { LockState } from './lock-state.js'
import { type LineUser, PortLine } from './port-line.js'
import { releaseProxy, remoteOf } from './remote.js'

interface PendingCall {
  readonly resolve: (output: never) => void
  readonly reject: (error: unknown) => void
}

/**
 * Messages on their way to the worker at most; the next ones wait in the page. The worker works on fewer at one time, and
 * takes whoever sends far more for an attacker.
 */
const MAX_IN_FLIGHT = 512

/**
 * How often a batch that is still growing is put off to the end of the microtask queue. When many answers arrive at
 * once, the code that waits for them makes its next calls a few microtasks apart: they still leave together.
 */
const MAX_DEFERRALS = 8

/**
 * A connection through a message port. The calls of one microtask leave in one message, at most {@link MAX_BATCH} of them:
 * a long queue goes in several, so that the worker computes the first while the page still packs the next. Answers come
 * back as they are ready.
 */
export class PortConnection implements Connection, LineUser {
  readonly #submit: RequestService['submit']
  readonly #collect: RequestService['collect']
  readonly #line: PortLine | undefined
  readonly #release: () => void
  readonly #packer = new Packer()
  #calls: Call[] = []
  #pending: PendingCall[] = []
  readonly #unanswered = new Set<PendingCall>()
  #inFlight = 0
  readonly #held: { readonly calls: Call[]; readonly bytes: ArrayBuffer; readonly pending: readonly PendingCall[] }[] =
    []
  #closed: Error | undefined
  #isRetired = false
  #isPacking = false
  /** Called once, when the connection has ended. */
  onEnd = () => {}
  readonly lock: LockState

  /**
   * @param remote the other side: on a port of its own, or on the worker itself for the page that opened the vault,
   *   which saves a tenth of the time of a message
   * @param lock of the vault, as far as it is known here
   * @param line of the port; none where somebody else watches over the worker
   */
  constructor({ submit, collect }: RequestService, lock: LockState, line?: PortLine, release: () => void = () => {}) {
    this.lock = lock
    this.#submit = submit
    this.#collect = collect
    this.#line = line
    this.#release = release
  }

  /** The connection through a port: there is one, however often it is asked for. */
  static on(port: MessagePort): PortConnection {
    let connection = connections.get(port)
    if (!connection) {
      const line = new PortLine(port)
      const remote = remoteOf<RequestService>(line, requestServiceMethods)
      const lock = new LockState()
      lock.onChange = () => port.dispatchEvent(new Event(lock.isLocked ? 'lock' : 'unlock'))
      connection = new PortConnection(remote, lock, line, () => {
        remote[releaseProxy]()
        line.end()
      })
      connections.set(port, connection)
      line.open(connection)
    }
    return connection
  }

  get isWaiting(): boolean {
    return this.#unanswered.size > 0
  }

  call<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    wish?: HandleWish,
  ): Promise<OperationOutput<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw this.#closed
      const packed = this.#pack(input)
      // Code of the caller's has run meanwhile.
      if (this.#closed) throw this.#closed
      const call: Call = wish ? [operation, packed, wish] : [operation, packed]
      const pending: PendingCall = { resolve: resolve as PendingCall['resolve'], reject }
      this.#unanswered.add(pending)
      this.#line?.watch()
      this.#calls.push(call)
      this.#pending.push(pending)
      if (this.#calls.length === 1) queueMicrotask(() => this.#settle(0, 0))
      else if (this.#calls.length >= MAX_BATCH) this.#send()
    })
  }

  /** Ends the connection; calls that have no answer yet fail with the reason, and so do all later ones. */
  close(reason: Error): void {
    if (this.#closed) return
    this.#closed = reason
    for (const { reject } of this.#unanswered) reject(reason)
    this.#unanswered.clear()
    this.#calls = []
    this.#pending = []
    for (const { bytes } of this.#held.splice(0)) new Uint8Array(bytes).fill(0)
    this.#packer.take()
    this.#release()
    this.onEnd()
  }

  /** Ends the connection once every call has its answer: nobody can make another one. */
  retire(): void {
    this.#isRetired = true
    if (!this.isWaiting) this.close(new KMSInternalException('Nobody has this client any more.'))
  }

  #pack(input: unknown): unknown {
    // The bytes of two requests would be mixed up.
    if (this.#isPacking)
      throw new ValidationException('1 validation error detected: a getter of a request cannot make another request')
    this.#isPacking = true
    try {
      return this.#packer.pack(input)
    } catch (error) {
      // A getter of the input can throw anything.
      throw new ValidationException(`1 validation error detected: ${saidBy(error)}`)
    } finally {
      this.#isPacking = false
    }
  }

  /** Sends the batch once a turn of the microtask queue has passed in which it did not grow. */
  #settle(size: number, deferrals: number): void {
    const grown = this.#calls.length
    if (grown > size && deferrals < MAX_DEFERRALS) queueMicrotask(() => this.#settle(grown, deferrals + 1))
    else if (grown > 0) this.#send()
  }

  #send(): void {
    const calls = this.#calls
    const pending = this.#pending
    const bytes = this.#packer.take()
    this.#calls = []
    this.#pending = []
    if (this.#inFlight >= MAX_IN_FLIGHT) this.#held.push({ calls, bytes, pending })
    else this.#post(calls, bytes, pending)
  }

  #post(calls: Call[], bytes: ArrayBuffer, pending: readonly PendingCall[]): void {
    this.#inFlight += 1
    const batch = { calls, bytes }
    if (bytes.byteLength >= TRANSFER_FROM) transfer(batch, [bytes])
    const answers = this.#submit(batch)
    // The message has left; a copy would keep what the caller may be about to wipe.
    if (bytes.byteLength > 0) new Uint8Array(bytes).fill(0)
    void this.#receive(answers, pending).finally(() => {
      this.#inFlight -= 1
      const next = this.#closed ? undefined : this.#held.shift()
      if (next) this.#post(next.calls, next.bytes, next.pending)
      if (this.#isRetired) this.retire()
    })
  }

  async #receive(answers: Promise<Answers>, pending: readonly PendingCall[]): Promise<void> {
    try {
      for (;;) {
        const { ticket } = this.#deliver(await answers, pending)
        if (ticket === undefined || this.#closed) return
        answers = this.#collect(ticket)
      }
    } catch (error) {
      const { name = '', message = '' } = (error ?? {}) as Partial<Error>
      const revived = reviveError({ name: name as ErrorName, message }, '')
      for (const call of pending) if (this.#unanswered.delete(call)) call.reject(revived)
    }
  }

  #deliver(answers: Answers, pending: readonly PendingCall[]): Answers {
    const bytes = new Uint8Array(answers.bytes)
    for (const [index, requestId, result, error, handle] of answers.answers) {
      const call = pending[index]
      if (!call || !this.#unanswered.delete(call)) continue
      if (error) call.reject(reviveError(error, requestId))
      else {
        const output = unpack(result, bytes, 'own', boundless()) as Record<string, unknown>
        output.$metadata = { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 }
        call.resolve((handle ? { ...output, ...handle } : output) as never)
      }
    }
    // Every caller has a copy of its own by now; what is secret in the message goes.
    bytes.fill(0)
    return answers
  }
}

/** One for a port: a second one would take the port from the first where it gives it up. */
const connections = new WeakMap<MessagePort, PortConnection>()

/** Ends the connections of clients that nobody has any more. */
const forgotten = new FinalizationRegistry<PortConnection>((connection) => connection.retire())

/**
 * A client with a port that nobody else has: the connection ends with the client, or else the worker would keep one for
 * every client there ever was.
 */
export function clientOfItsOwn(connection: PortConnection): KmsClient {
  const client = new KmsClient(connection)
  forgotten.register(client, connection)
  return client
}

/** A connection through a port that is still to come: calls wait for it. */
export class DeferredConnection implements Connection {
  readonly lock: LockState
  readonly #connection: Promise<PortConnection>
  #settled: PortConnection | undefined

  constructor(connection: Promise<PortConnection>, lock: LockState) {
    this.lock = lock
    this.#connection = connection
    connection.then(
      (settled) => {
        this.#settled = settled
      },
      // Told to every caller; unhandled only if there is none.
      () => {},
    )
  }

  async call<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    wish?: HandleWish,
  ): Promise<OperationOutput<Name>> {
    const connection = this.#settled ?? (await this.#connection)
    return connection.call(operation, input, wish)
  }
}

/** What a caller is told when the worker has gone away. */
export function workerGone(): KMSInternalException {
  return new KMSInternalException(
    'The worker of the vault has ended before it answered. Open the vault again; what was acknowledged is stored.',
  )
}
