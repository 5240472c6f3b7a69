import { transfer } from 'comlink'
import { isArrayBuffer } from '../../src/contract/buffer-source.js'
import { errorRecord, LimitExceededException, ThrottlingException } from '../../src/contract/errors.js'
import { operations } from '../../src/contract/model.js'
import { sensitiveMembers } from '../../src/contract/sensitive.js'
import type { OperationName } from '../../src/contract/shapes.js'
import {
  type Allowance,
  type Answer,
  type Answers,
  BATCH_ALLOWANCE,
  type Batch,
  boundless,
  Packer,
  REQUEST_ALLOWANCE,
  type RequestService,
  TRANSFER_FROM,
  unpack,
} from '../../src/contract/wire.js'
import { runningIds } from '../audit/running-ids.js'
import { unreadable } from './unreadable.js'

/** Answers one request, or throws. */
export type Dispatch = (operation: unknown, input: unknown, requestId: string) => Promise<unknown>

/** More calls than a client sends in one message; a bound for those who write their own. */
const MAX_CALLS = 256
/** Batches of one port that may be waiting for slow calls. */
const MAX_TICKETS = 1024
/**
 * What answers of one port may wait in the worker together: characters and bytes, and 16 for each value. Many times what
 * the largest pages of a client's batch need.
 */
const MAX_WAITING = 134_217_728
const VALUE_WEIGHT = 16

/**
 * The worker's end of one client's connection: takes batches apart, runs their requests side by side and answers with
 * as few messages as possible.
 *
 * @param prepare called once for each batch, before its requests
 */
export function requestService(prepare: () => Promise<void>, dispatch: Dispatch): RequestService {
  const outboxes = new Map<string, Outbox>()
  const room = { left: MAX_WAITING }
  const newRequestId = runningIds()

  const next = async (outbox: Outbox): Promise<Answers> => {
    const { answers, holdsSecrets } = await outbox.next()
    if (!outbox.isDone) outboxes.set(outbox.ticket, outbox)
    // Secrets are transferred, however small: a copy that stays behind would hold data keys and plaintexts.
    const moved = holdsSecrets || answers.bytes.byteLength >= TRANSFER_FROM
    return moved ? transfer(answers, [answers.bytes]) : answers
  }

  return {
    async submit(batch) {
      const { calls, bytes } = readBatch(batch)
      if (outboxes.size >= MAX_TICKETS)
        throw new ThrottlingException('Too many requests of this client wait for slow ones. Wait for answers first.')
      const outbox = new Outbox(calls.length, room, () => bytes.fill(0))
      try {
        await prepare()
      } catch (error) {
        for (const index of calls.keys()) outbox.add([index, newRequestId(), undefined, errorRecord(error)])
        return next(outbox)
      }
      const allowance = { ...BATCH_ALLOWANCE }
      const answerCall = async (call: unknown, index: number) =>
        answer(dispatch, () => readCall(call, bytes, allowance), index, newRequestId, outbox)
      for (const [index, call] of calls.entries()) void answerCall(call, index)
      return next(outbox)
    },
    async collect(ticket) {
      const outbox = outboxes.get(ticket)
      if (!outbox) throw unreadable('there is no such ticket')
      outboxes.delete(ticket)
      return next(outbox)
    },
  }
}

async function answer(
  dispatch: Dispatch,
  read: () => readonly [operation: unknown, input: unknown, wish: unknown],
  index: number,
  newRequestId: () => string,
  outbox: Outbox,
): Promise<void> {
  const requestId = newRequestId()
  try {
    const [operation, input, wish] = read()
    if (wish === undefined)
      return outbox.add([index, requestId, await dispatch(operation, input, requestId)], operation)
    const { answerWithHandle } = await import('./data-key-handles.js')
    let isFirst = true
    const run = (name: unknown, asked: unknown) => {
      const id = isFirst ? requestId : newRequestId()
      isFirst = false
      return dispatch(name, asked, id)
    }
    const { answer, handle } = await answerWithHandle(run, operation, input, wish)
    outbox.add([index, requestId, answer, undefined, handle], operation)
  } catch (error) {
    outbox.add([index, requestId, undefined, errorRecord(error)])
  }
}

function readBatch(batch: unknown): { calls: readonly unknown[]; bytes: Uint8Array } {
  const { calls, bytes } = (batch ?? {}) as Partial<Record<keyof Batch, unknown>>
  if (!Array.isArray(calls) || calls.length > MAX_CALLS)
    throw unreadable(`a batch has a list of at most ${MAX_CALLS} calls`)
  if (!isArrayBuffer(bytes)) throw unreadable('a batch has a buffer')
  // WebCrypto takes no memory that can change its length.
  return { calls, bytes: new Uint8Array('resizable' in bytes && bytes.resizable ? bytes.slice(0) : bytes) }
}

/**
 * @param batch what all calls of the batch together may still hold
 * @throws ValidationException for what is not a request at all
 */
function readCall(
  call: unknown,
  bytes: Uint8Array,
  batch: Allowance,
): readonly [operation: unknown, input: unknown, wish: unknown] {
  if (!Array.isArray(call) || call.length < 2 || call.length > 3)
    throw unreadable('it is not an operation with an input')
  const values = Math.min(REQUEST_ALLOWANCE.values, batch.values)
  const characters = Math.min(REQUEST_ALLOWANCE.characters, batch.characters)
  const allowance = { values, characters }
  try {
    return [call[0], unpack(call[1], bytes, 'shared', allowance), call[2]]
  } catch (error) {
    throw unreadable((error as Error).message)
  } finally {
    batch.values -= values - Math.max(0, allowance.values)
    batch.characters -= characters - Math.max(0, allowance.characters)
  }
}

/**
 * Answers of one batch on their way out. If all are ready at once they leave in one message; if some take long, those
 * that are ready leave soon, and the rest is collected.
 */
class Outbox {
  #ticket: string | undefined
  /** What may still wait, of all batches of the port. */
  readonly #room: { left: number }
  #weight = 0
  readonly #onDone: () => void
  #missing: number
  #ready: Answer[] = []
  #packer = new Packer()
  #wake: (() => void) | undefined
  #lingering = false
  #holdsSecrets = false

  constructor(size: number, room: { left: number }, onDone: () => void) {
    this.#missing = size
    this.#room = room
    this.#onDone = onDone
  }

  get isDone(): boolean {
    return this.#missing === 0 && this.#ready.length === 0
  }

  /** By which the rest is collected; random, so that only who was told can. */
  get ticket(): string {
    this.#ticket ??= crypto.randomUUID()
    return this.#ticket
  }

  /** Takes an answer; what is secret in it is wiped here once it is packed. */
  add([index, requestId, result, error, handle]: Answer, operation?: unknown): void {
    this.#ready.push(
      error ? [index, requestId, undefined, error] : this.#packed([index, requestId, result, error, handle], operation),
    )
    this.#missing -= 1
    if (this.#missing === 0) {
      this.#onDone()
      this.#wake?.()
    } else if (this.#wake && !this.#lingering) {
      this.#lingering = true
      // Gives the other answers of a fast batch the chance to come along. (No MessageChannel: in a WebKit worker a
      // turn of one costs 2 ms.)
      setTimeout(() => {
        this.#lingering = false
        this.#wake?.()
      })
    }
  }

  async next(): Promise<{ answers: Answers; holdsSecrets: boolean }> {
    if (this.#missing > 0 && this.#ready.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#wake = undefined
    const holdsSecrets = this.#holdsSecrets
    const ready = { answers: this.#ready, bytes: this.#packer.take() }
    this.#ready = []
    this.#holdsSecrets = false
    this.#room.left += this.#weight
    this.#weight = 0
    if (this.#missing > 0) return { answers: { ...ready, ticket: this.ticket }, holdsSecrets }
    this.#packer.retire()
    return { answers: ready, holdsSecrets }
  }

  #packed([index, requestId, result, , handle]: Answer, operation: unknown): Answer {
    const hasRoom = this.#room.left > 0
    const packed = hasRoom ? this.#pack(result) : undefined
    const output = operations[operation as OperationName].output
    for (const member of output ? sensitiveMembers(output) : []) {
      const secret = (result as Record<string, unknown>)[member]
      if (!(secret instanceof Uint8Array)) continue
      secret.fill(0)
      this.#holdsSecrets = true
    }
    if (!hasRoom) return [index, requestId, undefined, errorRecord(tooMuchWaits())]
    return handle ? [index, requestId, packed, undefined, handle] : [index, requestId, packed]
  }

  #pack(result: unknown): unknown {
    const allowance = boundless()
    const bytes = this.#packer.byteLength
    const packed = this.#packer.pack(result, allowance)
    const { values, characters } = boundless()
    const weight =
      VALUE_WEIGHT * (values - allowance.values) + characters - allowance.characters + this.#packer.byteLength - bytes
    this.#weight += weight
    this.#room.left -= weight
    return packed
  }
}

function tooMuchWaits(): LimitExceededException {
  return new LimitExceededException(
    'The answers to this client that wait are too large. What was asked for was done, but its answer is lost: ask for less at a time.',
  )
}
