/** HPKE for recovery (REC-1): what one engine seals, every other opens. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256 } from 'hpke'
import { expect, test } from 'vitest'
import { encoder } from '../../../src/contract/bytes.js'
import {
  ENCAPSULATED_LENGTH,
  exportFrom,
  exportTo,
  openingKey,
  openWith,
  PUBLIC_KEY_LENGTH,
  publicKeyOfSeed,
  SEED_LENGTH,
  sealTo,
} from '../../../worker/material/hpke.js'
import { xWingKem } from '../../../worker/material/x-wing.js'

const info = encoder.encode('what it is for')
const plaintext = encoder.encode('a secret')
const noble = new CipherSuite(xWingKem, KDF_HKDF_SHA256, AEAD_AES_256_GCM)

async function newPair() {
  const seed = crypto.getRandomValues(new Uint8Array(SEED_LENGTH))
  return { seed, publicKey: await publicKeyOfSeed(seed), opening: await openingKey(seed) }
}

test('REC-1 sealed here, opened by noble', async () => {
  const { seed, publicKey } = await newPair()
  const { encapsulated, ciphertext } = await sealTo(publicKey, info, plaintext)
  expect([publicKey.byteLength, encapsulated.byteLength]).toEqual([PUBLIC_KEY_LENGTH, ENCAPSULATED_LENGTH])
  const key = await noble.DeserializePrivateKey(seed, false)
  expect(await noble.Open(key, encapsulated, ciphertext, { info })).toEqual(plaintext)
})

test('REC-1 sealed by noble, opened here', async () => {
  const { publicKey, opening } = await newPair()
  const key = await noble.DeserializePublicKey(publicKey)
  const { encapsulatedSecret, ciphertext } = await noble.Seal(key, plaintext, { info })
  const sealed = { encapsulated: new Uint8Array(encapsulatedSecret), ciphertext: new Uint8Array(ciphertext) }
  expect(await openWith(opening, sealed, info)).toEqual(plaintext)
})

test('REC-1 the secret that is exported is the same on both sides, and for this `info` alone', async () => {
  const { publicKey, opening } = await newPair()
  const { encapsulated, secret } = await exportTo(publicKey, info)
  expect(secret.byteLength).toBe(32)
  expect(await exportFrom(opening, encapsulated, info)).toEqual(secret)
  expect(await exportFrom(opening, encapsulated, encoder.encode('another'))).not.toEqual(secret)
})

test('REC-4 what was sealed for another key, with another `info`, or was changed, does not open', async () => {
  const [{ publicKey, opening }, other] = await Promise.all([newPair(), newPair()])
  const sealed = await sealTo(publicKey, info, plaintext)
  const changed = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
  const { encapsulated, ciphertext } = sealed
  const tries = [
    openWith(other.opening, sealed, info),
    openWith(opening, sealed, encoder.encode('another')),
    openWith(opening, { encapsulated, ciphertext: changed(ciphertext, 3) }, info),
    openWith(opening, { encapsulated: changed(encapsulated, 0), ciphertext }, info),
    openWith(opening, { encapsulated: changed(encapsulated, ENCAPSULATED_LENGTH - 1), ciphertext }, info),
    openWith(opening, { encapsulated: encapsulated.subarray(1), ciphertext }, info),
    openWith(opening, { encapsulated, ciphertext: new Uint8Array(0) }, info),
  ]
  expect(await Promise.all(tries)).toEqual(tries.map(() => undefined))
})
