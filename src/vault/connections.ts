import { PortConnection } from '../client/channel.js'
import { KmsClient } from '../client/client.js'
import type { ConnectedMessage } from '../contract/control.js'
import { ValidationException } from '../contract/errors.js'
import type { Session } from './session.js'

/** Who a client is for. */
export interface ConnectOptions {
  /** `root`, `user/NAME`, `role/NAME`, or a whole ARN, also of another account, also of an assumed-role session. */
  readonly principal: string
  /** Identity policy documents of the principal, as objects; at most 50. Default none. */
  readonly policies?: readonly object[]
  /** Tags of the principal, for `aws:PrincipalTag`; at most 50. Default none. */
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
    return new KmsClient(this.#track(new PortConnection(this.#session.control)))
  }

  /** The account root's connection to another Region, which revoking does not take from the page. */
  async rootOf(region: string): Promise<PortConnection> {
    const { port } = await this.#connect({ principal: 'root', region }, true)
    return this.#track(PortConnection.on(port))
  }

  async client(options: ConnectOptions): Promise<KmsClient> {
    const { port } = await this.#connect(options)
    return new KmsClient(this.#track(PortConnection.on(port)))
  }

  async port(options: ConnectOptions): Promise<MessagePort> {
    const { port, connectionId } = await this.#connect(options)
    this.#portIds.set(port, connectionId)
    return port
  }

  async revoke(what: MessagePort | string): Promise<number> {
    this.#session.mustBeOpen()
    if (typeof what === 'string') return this.#session.ask((control) => control.revoke({ principal: what }))
    const connectionId = this.#portIds.get(what)
    if (connectionId === undefined) throw new ValidationException('This vault has not made that port.')
    return this.#session.ask((control) => control.revoke({ connectionId }))
  }

  #connect(options: ConnectOptions, isOwn = false): Promise<ConnectedMessage> {
    const { principal, policies, tags, region = this.#session.region } = options
    return this.#session.ask((control) => control.connect({ principal, policies, tags, region, isOwn }))
  }

  #track(connection: PortConnection): PortConnection {
    const { ended } = this.#session
    if (ended.aborted) connection.close(ended.reason)
    else this.#own.add(connection)
    return connection
  }

  #closeAll(): void {
    for (const connection of this.#own) connection.close(this.#session.ended.reason)
    this.#own.clear()
  }
}
