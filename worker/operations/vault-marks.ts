/**
 * Marks: short texts that the vault gives out and takes back, such as tokens and markers of pages. They are sealed:
 * opaque to whoever holds one, and a forged one is noticed.
 */
import { encoder } from '../../src/contract/bytes.js'
import type { Bytes } from '../material/family.js'
import { open, seal } from '../material/symmetric.js'
import type { VaultStore } from '../storage/vault-store.js'

const decoder = new TextDecoder()

/** @param scope what the mark is good for: it is authenticated with it, and not stored in it */
export function sealMark({ markerKeys }: VaultStore, scope: string, text: string): Promise<Bytes> {
  return seal(markerKeys[0], encoder.encode(text), encoder.encode(scope))
}

/** @returns the text; undefined if this vault did not seal it for this scope */
export async function openMark({ markerKeys }: VaultStore, scope: string, mark: Bytes): Promise<string | undefined> {
  for (const key of markerKeys) {
    const content = await open(key, mark, encoder.encode(scope))
    if (content) return decoder.decode(content)
  }
  return undefined
}

/** A mark in base64. */
export async function sealTextMark(store: VaultStore, scope: string, text: string): Promise<string> {
  return btoa(String.fromCharCode(...(await sealMark(store, scope, text))))
}

/** @returns the text; undefined if this vault did not seal it for this scope */
export async function openTextMark(store: VaultStore, scope: string, mark: string): Promise<string | undefined> {
  const sealed = fromBase64(mark)
  return sealed && openMark(store, scope, sealed)
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
