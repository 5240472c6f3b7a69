import { DeferredConnection } from '../client/channel.js'
import { KmsClient } from '../client/client.js'
import { read } from '../contract/reader.js'
import { regionName } from '../contract/vault-names.js'
import type { Connections } from './connections.js'
import type { Session } from './session.js'

/** The account root's clients, one for each Region. */
export class Regions {
  readonly #session: Session
  readonly #connections: Connections
  readonly #clients = new Map<string, KmsClient>()

  /** @param kms the client of the Region that the vault was opened with */
  constructor(session: Session, connections: Connections, kms: KmsClient) {
    this.#session = session
    this.#connections = connections
    this.#clients.set(session.region, kms)
  }

  /** @throws {@link ValidationException} if the name does not look like a Region */
  client(region: string): KmsClient {
    const name = read(regionName, region, 'the Region')
    this.#session.mustBeOpen()
    let client = this.#clients.get(name)
    if (!client) {
      const connection = this.#connections.rootOf(name)
      client = new KmsClient(new DeferredConnection(connection, this.#session.lock))
      this.#clients.set(name, client)
      connection.catch(() => this.#clients.delete(name))
    }
    return client
  }
}
