import { handleOf, read } from '../contract/reader.js'
import { PortConnection } from './channel.js'
import { KmsClient } from './client.js'

const messagePort = handleOf<MessagePort>('the MessagePort that connectPort made', isPort)

/**
 * A client on a port that `vault.connectPort` made, in any window or worker of any origin.
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

/** By what it can do: the port of another window is of another class. */
function isPort(value: unknown): boolean {
  const { postMessage, start, close } = (value ?? {}) as Partial<MessagePort>
  return [postMessage, start, close].every((method) => typeof method === 'function')
}
