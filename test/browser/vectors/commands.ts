/** What the vector tests need from outside the browser: files of the vectors' folder, and OpenSSL by way of Node. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserCommand } from 'vitest/node'

const SUFFIX = '_test.json'
const folder = join(
  process.env.KMS_TEST_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url)),
  'wycheproof',
)

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Names of the Wycheproof files that are there, each with its number of vectors; undefined without the folder. */
    wycheproofFiles: () => Promise<Record<string, number> | undefined>
    /** The text of one of them. */
    wycheproofFile: (name: string) => Promise<string>
    /** Key pairs of OpenSSL, as DER in hexadecimal. */
    opensslKeyPair: (curve: string) => Promise<{ readonly spki: string; readonly pkcs8: string }>
    /** A PKCS #8 private key of RSA by OpenSSL, which makes them of any length, as DER in hexadecimal. */
    opensslRsaKey: (modulusLength: number) => Promise<string>
    /** Whether OpenSSL reads a PKCS #8 private key as the one of a public key. */
    opensslReads: (pkcs8: string, spki: string) => Promise<boolean>
  }
}

const wycheproofFiles: BrowserCommand = async () => {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch {
    return undefined
  }
  const counts = names
    .filter((name) => name.endsWith(SUFFIX))
    .map(async (name) => {
      const { numberOfTests } = JSON.parse(await readFile(join(folder, name), 'utf8'))
      return [name.slice(0, -SUFFIX.length), numberOfTests]
    })
  return Object.fromEntries(await Promise.all(counts))
}

const wycheproofFile: BrowserCommand<[string]> = (_context, name) =>
  readFile(join(folder, basename(name) + SUFFIX), 'utf8')

const spkiOf = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).toString('hex')

const opensslKeyPair: BrowserCommand<[string]> = (_context, curve) => {
  const { publicKey, privateKey } =
    curve === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: curve })
  return { spki: spkiOf(publicKey), pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('hex') }
}

const opensslRsaKey: BrowserCommand<[number]> = (_context, modulusLength) =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'der', type: 'pkcs8' }).toString('hex')

const opensslReads: BrowserCommand<[string, string]> = (_context, pkcs8, spki) => {
  // Public keys can be made of private ones, which the type library says of PEM only.
  const key = { key: Buffer.from(pkcs8, 'hex'), format: 'der', type: 'pkcs8' } as const
  return spkiOf(createPublicKey(key as unknown as Parameters<typeof createPublicKey>[0])) === spki
}

export const vectorCommands = { wycheproofFiles, wycheproofFile, opensslKeyPair, opensslRsaKey, opensslReads }
