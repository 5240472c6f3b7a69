import { kindOf } from '../../contract/reader.js'
import type { DataWorkersOptions } from './options.js'

/** The package's ready-made files, by the names that they have in it. */
const HSM = 'hsm.js'
const DATA_WORKER = 'data-worker.js'

/**
 * Where the data worker is, for an application that serves the package's files as they are and has said where the HSM is:
 * beside it. A worker file of another name is the application's own, and says nothing of where the data worker is; nor does a
 * `TrustedScriptURL`, of which no other can be made here.
 *
 * @param hsm what `openVault` was told of its worker
 * @param base what it is relative to
 */
export function dataWorkersBeside(hsm: unknown, base: string): DataWorkersOptions | undefined {
  if (typeof hsm !== 'string' && kindOf(hsm) !== 'URL') return undefined
  const url = new URL(String(hsm), base)
  if (!url.pathname.endsWith(`/${HSM}`)) return undefined
  const beside = new URL(DATA_WORKER, url)
  // A query that tells versions apart goes for both.
  beside.search = url.search
  return { url: beside.href }
}
