import { PortConnection } from './channel.js'
import { KmsClient } from './client.js'

/**
 * A client on a port that `vault.connectPort` made, in any window or worker of any origin.
 *
 * @example
 * ```ts
 * addEventListener('message', async ({ ports: [port] }) => {
 *   const kms = clientFromPort(port)
 *   await kms.encrypt({ KeyId: 'alias/notes', Plaintext: bytes })
 * })
 * ```
 */
export function clientFromPort(port: MessagePort): KmsClient {
  return new KmsClient(PortConnection.on(port))
}
