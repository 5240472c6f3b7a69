/** What a vault needs of the place where it is opened; where it is not there, the first call says so. */
import { UnsupportedOperationException } from '../contract/errors.js'

/** What a public function needs. */
type Need = 'secureContext' | 'Worker' | 'indexedDB' | 'locks' | 'subtle'

const WHERE =
  'A vault is opened in a window or a dedicated worker of a page that is served over HTTPS, or from localhost'

/** What each need means, in the order in which it is looked for: what lacks the first, lacks most of the others too. */
const needs: Readonly<Record<Need, { readonly isMet: () => boolean; readonly otherwise: () => string }>> = {
  secureContext: {
    isMet: () => globalThis.isSecureContext !== false,
    otherwise: () =>
      `this page (${globalThis.location?.origin}) is no secure context, and browsers have no WebCrypto there. Serve it over HTTPS, or open it at http://localhost`,
  },
  Worker: {
    isMet: () => typeof Worker === 'function',
    otherwise: () => `there is no Worker in ${place()}. ${WHERE}; give others a port of vault.connectPort`,
  },
  indexedDB: {
    isMet: () => isThere(() => indexedDB),
    otherwise: () =>
      `there is no indexedDB in ${place()}. ${WHERE}; a sandboxed frame needs allow-same-origin, and some private windows have none`,
  },
  locks: {
    isMet: () => isThere(() => navigator.locks),
    otherwise: () => `there are no Web Locks (navigator.locks) in ${place()}. ${WHERE}`,
  },
  subtle: {
    isMet: () => isThere(() => crypto.subtle),
    otherwise: () => `there is no WebCrypto (crypto.subtle) in ${place()}. ${WHERE}`,
  },
}

const neededBy = {
  openVault: ['secureContext', 'Worker', 'indexedDB', 'locks', 'subtle'],
  restoreVault: ['secureContext', 'Worker', 'indexedDB', 'locks', 'subtle'],
  requestFromBackup: ['secureContext', 'Worker', 'indexedDB', 'locks', 'subtle'],
  deleteVault: ['secureContext', 'indexedDB', 'locks'],
} as const satisfies Readonly<Record<string, readonly Need[]>>

/** @throws {@link UnsupportedOperationException} where a function cannot work, with what is missing and where it can */
export function checkSurroundings(name: keyof typeof neededBy): void {
  for (const need of neededBy[name]) {
    const { isMet, otherwise } = needs[need]
    if (!isMet()) throw new UnsupportedOperationException(`${name} cannot work here: ${otherwise()}.`)
  }
}

/** Looking at it throws where it is denied, and where its global is missing. */
function isThere(look: () => unknown): boolean {
  try {
    return Boolean(look())
  } catch {
    return false
  }
}

/** What runs this code, by the names that only it has. */
const places: readonly (readonly [global: string, place: string])[] = [
  ['ServiceWorkerGlobalScope', 'a service worker'],
  ['SharedWorkerGlobalScope', 'a shared worker'],
  ['DedicatedWorkerGlobalScope', 'this worker'],
  ['WorkletGlobalScope', 'a worklet'],
  ['document', 'this window'],
  ['process', 'Node.js'],
]

function place(): string {
  return places.find(([global]) => global in globalThis)?.[1] ?? 'this place'
}
