import { clientOfItsOwn, PortConnection } from '../client/channel.js'
import { KmsClient } from '../client/client.js'
import { tellOfClosing } from '../client/port-line.js'
import { type ConnectedMessage, connectOptions, principalName } from '../contract/control.js'
import { ValidationException } from '../contract/errors.js'
import { kindOf, type ReadBy, read } from '../contract/reader.js'
import type { Session } from './session.js'

/** Who a client is for. */
export interface ConnectOptions {
  /** `root`, `user/NAME`, `role/NAME`, or a whole ARN, also of another account, also of an assumed-role session. */
  readonly principal: string
  /** Identity policy documents of the principal, as plain objects; at most 50, of 20,480 characters each. Default none. */
  readonly policies?: readonly object[]
  /** Tags of the principal, for `aws:PrincipalTag`; at most 50, of 128 and 256 characters. Default none. */
  readonly tags?: Readonly<Record<string, string>>
  /** The Region of the client; default that of `vault.kms`. */
  readonly region?: string
}

/** Who can make requests: the page itself, and the principals that it hands connections to. */
export class Connections {
  readonly #session: Session
  /** Connections of this page, which end with the vault. */
  readonly #own = new Set<PortConnection>()
  readonly #portIds = new WeakMap<MessagePort, string>()

  constructor(session: Session) {
    this.#session = session
    session.ended.addEventListener('abort', () => this.#closeAll())
  }

  /** The account root's client, on the worker itself. */
  root(): KmsClient {
    return new KmsClient(this.#track(new PortConnection(this.#session.control, this.#session.lock)))
  }

  /** The account root's connection to another Region, which revoking does not take from the page. */
  async rootOf(region: string): Promise<PortConnection> {
    const { port } = await this.#session.ask((control) => control.connect({ principal: 'root', region, isOwn: true }))
    return this.#track(PortConnection.on(port))
  }

  async client(options: ConnectOptions): Promise<KmsClient> {
    const { port } = await this.#connect(read(connectOptions, options, "connect's options"))
    return clientOfItsOwn(this.#track(PortConnection.on(port)))
  }

  async port(options: ConnectOptions): Promise<MessagePort> {
    const { port, connectionId } = await this.#connect(read(connectOptions, options, "connectPort's options"))
    tellOfClosing(port)
    this.#portIds.set(port, connectionId)
    return port
  }

  async revoke(what: MessagePort | string): Promise<number> {
    if (typeof what === 'string') {
      const principal = read(principalName, what, 'the principal')
      return this.#session.ask((control) => control.revoke({ principal }))
    }
    this.#session.mustBeOpen()
    const connectionId = this.#portIds.get(what)
    if (connectionId === undefined) throw read(refusedPort, what, 'what is revoked')
    return this.#session.ask((control) => control.revoke({ connectionId }))
  }

  #connect(options: ReadBy<typeof connectOptions>): Promise<ConnectedMessage> {
    const { region } = this.#session
    return this.#session.ask((control) => control.connect({ region, ...options, isOwn: false }))
  }

  #track(connection: PortConnection): PortConnection {
    const { ended } = this.#session
    if (ended.aborted) connection.close(ended.reason)
    else this.#own.add(connection)
    connection.onEnd = () => this.#own.delete(connection)
    return connection
  }

  #closeAll(): void {
    for (const connection of this.#own) connection.close(this.#session.ended.reason)
    this.#own.clear()
  }
}

/** Through the reader, because what is no port may throw at every look. */
const refusedPort = (what: unknown) => new ValidationException(notRevocable(what))

function notRevocable(what: unknown): string {
  return kindOf(what) === 'MessagePort'
    ? 'This vault has not made that port.'
    : `revoke takes a port that connectPort made, or the name of a principal, not a ${kindOf(what)}.`
}
