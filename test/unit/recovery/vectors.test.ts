/**
 * Official vectors for what recovery is built on: HPKE with X-Wing (hpke-pq, IETF), HKDF and X25519 (Wycheproof). Read
 * where they lie (`../shared/vectors` beside the checkout, or KMS_TEST_VECTORS); skipped where there are none.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { x25519 } from '@noble/curves/ed25519.js'
import { AEAD_ChaCha20Poly1305, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { describe, expect, test } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../src/contract/bytes.js'
import { publicKeyOf, xWingKem } from '../../../worker/material/x-wing.js'

const folder = process.env.KMS_TEST_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url))
const read = (file: string) =>
  existsSync(join(folder, file)) ? JSON.parse(readFileSync(join(folder, file), 'utf8')) : undefined

interface HpkeVector {
  readonly kem_id: number
  readonly kdf_id: number
  readonly aead_id: number
  readonly info: string
  readonly skRm: string
  readonly pkRm: string
  readonly enc: string
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[]
  readonly exports: readonly {
    readonly exporter_context: string
    readonly L: number
    readonly exported_value: string
  }[]
}

const X_WING = 0x647a
const hpkeVectors: readonly HpkeVector[] = (read('hpke-pq/test-vectors.json') ?? []).filter(
  ({ kem_id, kdf_id }: HpkeVector) => kem_id === X_WING && kdf_id === 1,
)
const { supports } = SubtleCrypto as { supports?: (operation: string, algorithm: string) => boolean }
const knows = (operation: string, algorithm: string) => supports?.call(SubtleCrypto, operation, algorithm) ?? false
const isNative = knows('generateKey', 'MLKEM768-X25519')
const kems = [
  { name: 'by noble', kem: xWingKem, isHere: true },
  { name: 'by WebCrypto', kem: KEM_MLKEM768_X25519, isHere: isNative },
]

describe.skipIf(hpkeVectors.length === 0)('REC-1 HPKE with X-Wing, vectors of hpke-pq', () => {
  test.for(kems.filter(({ isHere }) => isHere))('$name', async ({ kem }) => {
    for (const { info, skRm, pkRm, enc, encryptions, exports } of hpkeVectors) {
      expect(bytesToHex(publicKeyOf(hexToBytes(skRm)))).toBe(pkRm)
      // The vectors are for another AEAD than ours; nothing else of the suite differs.
      const suite = new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305)
      const key = await suite.DeserializePrivateKey(hexToBytes(skRm), false)
      const recipient = await suite.SetupRecipient(key, hexToBytes(enc), { info: hexToBytes(info) })
      for (const { exporter_context, L, exported_value } of exports) {
        const exported = await recipient.Export(hexToBytes(exporter_context), L)
        expect(bytesToHex(exported)).toBe(exported_value)
      }
      if (!knows('encrypt', 'ChaCha20-Poly1305')) continue
      for (const { aad, ct, pt } of encryptions.slice(0, 1))
        expect(bytesToHex(await recipient.Open(hexToBytes(ct), hexToBytes(aad)))).toBe(pt)
    }
  })
})

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly [member: string]: unknown
}
const groups = (file: string): readonly { readonly tests: readonly Vector[] }[] =>
  read(`wycheproof/${file}`)?.testGroups ?? []
const hkdf = groups('hkdf_sha256_test.json')
const xdh = groups('x25519_test.json')
const bytesOf = (vector: Vector, member: string) => hexToBytes(vector[member] as string)

test.skipIf(hkdf.length === 0)('PROT-1 HKDF-SHA256 of WebCrypto, vectors of Wycheproof', async () => {
  for (const vector of hkdf.flatMap(({ tests }) => tests)) {
    const ikm = await crypto.subtle.importKey('raw', bytesOf(vector, 'ikm'), 'HKDF', false, ['deriveBits'])
    const parameters = {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: bytesOf(vector, 'salt'),
      info: bytesOf(vector, 'info'),
    }
    const derived = crypto.subtle.deriveBits(parameters, ikm, 8 * (vector.size as number))
    if (vector.result === 'invalid') await expect(derived, `tcId ${vector.tcId}`).rejects.toThrow()
    else expect(bytesToHex(new Uint8Array(await derived)), `tcId ${vector.tcId}`).toBe(vector.okm)
  }
})

test.skipIf(xdh.length === 0)('REC-1 X25519 of noble, vectors of Wycheproof', () => {
  for (const vector of xdh.flatMap(({ tests }) => tests)) {
    const isZero = /^0+$/.test(vector.shared as string)
    const agree = () => bytesToHex(x25519.getSharedSecret(bytesOf(vector, 'private'), bytesOf(vector, 'public')))
    // A shared secret of zeros, which everybody knows, may be refused.
    if (isZero) expect(agree, `tcId ${vector.tcId}`).toThrow()
    else expect(agree(), `tcId ${vector.tcId}`).toBe(vector.shared)
  }
})
