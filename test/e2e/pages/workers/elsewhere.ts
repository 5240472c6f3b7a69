/** Tries to open a vault in a worker that is no page's own: a shared worker, a service worker. */
import { openVault } from 'browser-kms'

interface OtherScope {
  onconnect: ((event: MessageEvent) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
}

const scope = globalThis as unknown as OtherScope
const answer = ({ ports: [port] }: MessageEvent) =>
  openVault().catch(({ name, message }: Error) => port?.postMessage(`${name}: ${message}`))
scope.onconnect = answer
scope.onmessage = answer
