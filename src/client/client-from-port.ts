import { handleOf, read } from '../contract/reader.js'
import { PortConnection } from './channel.js'
import { KmsClient } from './client.js'

/** Another window's port is of another class. */
const messagePort = handleOf<MessagePort>('the MessagePort that connectPort made', (value) => {
  const { postMessage, start, close, addEventListener } = (value ?? {}) as Partial<MessagePort>
  return [postMessage, start, close, addEventListener].every((method) => typeof method === 'function')
})

/**
 * A client on a port that `vault.connectPort` made, in any window or worker of any origin. Clients of one port share one
 * connection, which lasts until the port is closed or revoked: it does not end with a client.
 *
 * **Every call settles**, whatever becomes of the other side. Calls that wait for an answer, and all later ones, reject
 *
 * - with `AccessDeniedException` when the port was revoked;
 * - with `KMSInvalidStateException` when the vault was closed or deleted;
 * - with `KMSInternalException` when the vault's page was closed or has navigated away, its worker has ended, its tab was
 *   killed, or the port was closed here. In windows and workers of the vault's own origin and partition that is at once, by a
 *   Web Lock, and so it is in browsers whose ports have a `close` event. In an iframe of another origin, elsewhere, and for a
 *   port that was transferred on from here, it is after 30 seconds in which a call has waited without a sign of life. A
 *   slow call is none: the worker says every 5 seconds that it works on it.
 *
 * To end the connection, close the port: `port.close()`.
 *
 * A vault that is locked at rest serves its ports while the page that opened it keeps it unlocked. The port gets a `lock` event
 * when it is locked, also at the beginning if it is locked then, and an `unlock` event when it is unlocked.
 *
 * @throws `ValidationException` for what is no port
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
  return new KmsClient(PortConnection.on(read(messagePort, port, 'the port')))
}
