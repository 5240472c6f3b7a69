/**
 * The page's Trusted Types policy, the only one its Content Security Policy allows: it lets through the page's own
 * three scripts that run apart from it, and nothing else.
 */
import type { DataWorkersOptions } from 'browser-kms/envelope'
import dataWorkerUrl from './data-worker.ts?worker&url'
import hsmUrl from './hsm.ts?worker&url'

/** The service worker, as vite-plugin-pwa names it. */
export const serviceWorkerUrl = `${import.meta.env.BASE_URL}sw.js`

const ownScripts: ReadonlySet<string> = new Set([hsmUrl, dataWorkerUrl, serviceWorkerUrl])

/** Trusted Types as far as this page needs them; TypeScript's DOM library does not know them yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}

function onlyOwnScripts(url: string): string {
  if (!ownScripts.has(url)) throw new TypeError(`${url} is not a script of this page`)
  return url
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('own-scripts', { createScriptURL: onlyOwnScripts })

/**
 * A URL of one of the page's own scripts, in the form the browser asks for.
 *
 * @throws `TypeError` for any other URL
 */
export function trustedScriptUrl(url: string): string {
  // Browsers take a TrustedScriptURL wherever the DOM types say string.
  return policy ? (policy.createScriptURL(url) as string) : onlyOwnScripts(url)
}

/** Starts one of the page's own workers. */
function createScriptWorker(url: string): Worker {
  return new Worker(trustedScriptUrl(url), { type: 'module' })
}

/** Starts the HSM. */
export function createHsm(): Worker {
  return createScriptWorker(hsmUrl)
}

/** How data workers are started. Who encrypts with these same options shares the workers. */
export const dataWorkers: DataWorkersOptions = { start: () => createScriptWorker(dataWorkerUrl) }
