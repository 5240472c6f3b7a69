import { expose } from 'comlink'
import type { ConnectedMessage } from '../../src/contract/control.js'
import { AccessDeniedException, errorRecord, type KmsError, LimitExceededException } from '../../src/contract/errors.js'
import type { LockWord, PortWord } from '../../src/contract/port-words.js'
import { type RequestService, requestServiceMethods } from '../../src/contract/wire.js'
import type { Caller } from '../authorization/caller.js'
import type { Sender } from '../pipeline/row.js'
import { type Gate, guard } from './gate.js'

/** For whom a client port is. */
export interface ConnectionOptions {
  readonly caller: Caller
  /** Of the page that opened the vault, for another Region: it is not taken from itself. */
  readonly isOwn: boolean
}

/** A client port that the worker has handed out, while it lasts. */
interface Connection extends ConnectionOptions, Sender {
  readonly gate: Gate
  readonly tell: (word: PortWord) => void
}

/** Each costs a few KiB. */
const MOST_CONNECTIONS = 10_000

/**
 * The client ports of a worker. One is forgotten when it ends: its holder has closed it or has gone (see PortLine, which
 * tells), it was revoked, or the vault was closed. Holders that nobody tells of, such as a tab that was killed, or an iframe
 * that never made a client, keep theirs until it is revoked.
 */
export class Connections {
  readonly #open = new Map<string, Connection>()

  /**
   * @param serviceOf what answers the requests of a sender
   * @param aliveLock that the worker holds
   * @param lock as the vault has it now
   * @returns the port for the holder, and the name by which it can be revoked
   */
  add(
    options: ConnectionOptions,
    serviceOf: (sender: Sender) => RequestService,
    aliveLock: string,
    lock: LockWord,
  ): ConnectedMessage {
    if (this.#open.size >= MOST_CONNECTIONS)
      throw new LimitExceededException(
        `A vault has at most ${MOST_CONNECTIONS} connections at a time. Close ports that are not used any more, or revoke them.`,
      )
    const connectionId = crypto.randomUUID()
    const { port1, port2 } = new MessageChannel()
    const gate = guard(port1, requestServiceMethods, () => this.#open.delete(connectionId))
    const mustBeConnected = () => {
      if (!this.#open.has(connectionId)) throw revoked(options.caller)
    }
    const tell = (word: PortWord) => port1.postMessage(word)
    this.#open.set(connectionId, { ...options, mustBeConnected, gate, tell })
    const sender = { caller: options.caller, mustBeConnected }
    expose(untilItsEnd(serviceOf(sender), sender), gate)
    tell({ type: 'HELLO', aliveLock })
    if (lock.isLocked) tell(lock)
    return { port: port2, connectionId }
  }

  /** One that a principal has at this moment. */
  of(arn: string): ConnectionOptions | undefined {
    for (const connection of this.#open.values()) if (connection.caller.arn === arn) return connection
    return undefined
  }

  /** @returns how many there were */
  revoke(what: { readonly connectionId: string | undefined; readonly arn: string | undefined }): number {
    let count = 0
    for (const [id, { caller, isOwn, gate }] of this.#open) {
      if (id !== what.connectionId && (isOwn || caller.arn !== what.arn)) continue
      gate.end(errorRecord(revoked(caller)))
      count += 1
    }
    return count
  }

  /** Tells all holders. */
  tell(word: LockWord): void {
    for (const { tell } of this.#open.values()) tell(word)
  }

  /** Ends all, and tells their holders why. */
  end(reason: KmsError): void {
    for (const { gate } of this.#open.values()) gate.end(errorRecord(reason))
  }
}

/** A connection's service, until it ends. Nothing can be reached on it but the two methods. */
function untilItsEnd(service: RequestService, { mustBeConnected }: Sender): RequestService {
  return Object.freeze({
    __proto__: null,
    submit: async (...message: Parameters<RequestService['submit']>) => {
      mustBeConnected()
      return service.submit(...message)
    },
    collect: async (...message: Parameters<RequestService['collect']>) => {
      mustBeConnected()
      return service.collect(...message)
    },
  })
}

function revoked({ arn }: Caller): AccessDeniedException {
  return new AccessDeniedException(`The connection of ${arn} was revoked.`)
}
