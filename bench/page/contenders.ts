import { type KmsClient, openVault } from 'browser-kms'
import { wrap } from 'comlink'
import type { service } from './comlink-worker.js'

/** One way to have a plaintext encrypted elsewhere. */
export interface Contender {
  readonly name: string
  readonly encrypt: (plaintext: Uint8Array<ArrayBuffer>) => Promise<unknown>
}

function bare(): Contender {
  const worker = new Worker(new URL('./bare-worker.ts', import.meta.url), { type: 'module' })
  const pending = new Map<number, (ciphertext: Uint8Array) => void>()
  let next = 0
  worker.addEventListener('message', ({ data: [id, ciphertext] }: MessageEvent<[number, Uint8Array]>) => {
    pending.get(id)?.(ciphertext)
    pending.delete(id)
  })
  return {
    name: 'bare',
    encrypt: (plaintext) =>
      new Promise((resolve) => {
        const id = next++
        pending.set(id, resolve)
        worker.postMessage([id, plaintext])
      }),
  }
}

function comlink(): Contender {
  const remote = wrap<typeof service>(new Worker(new URL('./comlink-worker.ts', import.meta.url), { type: 'module' }))
  return { name: 'comlink', encrypt: (plaintext) => remote.encrypt(plaintext) }
}

async function vault(): Promise<Contender & { readonly kms: KmsClient }> {
  const { kms } = await openVault({ name: 'bench' })
  const { KeyMetadata } = await kms.createKey()
  return { name: 'vault', kms, encrypt: (Plaintext) => kms.encrypt({ KeyId: KeyMetadata.KeyId, Plaintext }) }
}

export async function contenders(): Promise<Contender[]> {
  return [bare(), comlink(), await vault()]
}
