import { openVault } from 'browser-kms'
import { wrap } from 'comlink'
import type { service } from './comlink-worker.js'

/** One way to have something done in a worker: encrypted, or signed. */
export interface Contender {
  readonly name: string
  readonly run: (bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>
}

/** Calls to a bare worker, one message each, answered by `[id, result]`. */
export function callsTo(worker: Worker): (...message: unknown[]) => Promise<unknown> {
  const pending = new Map<number, (result: unknown) => void>()
  let next = 0
  worker.addEventListener('message', ({ data: [id, result] }: MessageEvent<[number, unknown]>) => {
    pending.get(id)?.(result)
    pending.delete(id)
  })
  return (...message) =>
    new Promise((resolve) => {
      const id = next++
      pending.set(id, resolve)
      worker.postMessage([id, ...message])
    })
}

function bare(): Contender {
  return { name: 'bare', run: callsTo(new Worker(new URL('./bare-worker.ts', import.meta.url), { type: 'module' })) }
}

function comlink(): Contender {
  const remote = wrap<typeof service>(new Worker(new URL('./comlink-worker.ts', import.meta.url), { type: 'module' }))
  return { name: 'comlink', run: (plaintext) => remote.encrypt(plaintext) }
}

async function vault(): Promise<Contender> {
  const { kms } = await openVault({ name: 'bench' })
  const { KeyMetadata } = await kms.createKey()
  return { name: 'vault', run: (Plaintext) => kms.encrypt({ KeyId: KeyMetadata.KeyId, Plaintext }) }
}

export async function contenders(): Promise<Contender[]> {
  return [bare(), comlink(), await vault()]
}
