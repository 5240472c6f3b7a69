/**
 * Escrow keys (PROT-5) whose holders answer by what the documentation says and nothing of the vault's own recovery: the
 * library `hpke` with the engine's X-Wing, and a second vault that keeps an RSA key, as AWS KMS would.
 */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { expect, test } from 'vitest'
import { type Bytes, concatenate } from '../../../src/contract/bytes.js'
import { askHolder } from '../../../worker/recovery/protectors/escrow-request.js'
import { newProtector, openProtectors } from '../../../worker/recovery/protectors/protectors.js'
import type { ProtectorRecord, Wrap } from '../../../worker/recovery/records.js'
import { sharedVault } from '../fixtures/vault.js'

const second = sharedVault()

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const vault = { vaultId: 'a vault', pairId: 'pair 1', rootPublicKey: random(32), secret: random(64) }

type Request = Readonly<Record<'encapsulated' | 'wrapped' | 'info' | 'answerInfo' | 'replyTo', string>>

/** Sets an escrow key up, has its holder answer, and opens the answer. */
async function openedBy(publicKey: Bytes, answer: (request: Request) => Promise<Bytes>): Promise<Bytes | undefined> {
  const { record } = await newProtector({ type: 'escrow', publicKey }, vault, 0)
  const { request, pending } = await askHolder(
    record as ProtectorRecord<'escrow'>,
    vault.vaultId,
    record.wraps[0] as Wrap,
    0,
  )
  const escrow = await answer(JSON.parse(new TextDecoder().decode(request)))
  const opened = await openProtectors({ ...vault, protectors: [record], pending: [pending] }, { escrow })
  return opened?.secret
}

const bytesOf = (base64: string): Bytes => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

test('PROT-5 an escrow key of X-Wing opens the secret by the library hpke', async () => {
  const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
  const { publicKey, privateKey } = await suite.GenerateKeyPair()
  const secret = await openedBy((await suite.SerializePublicKey(publicKey)) as Bytes, async (request) => {
    const opened = await suite.Open(privateKey, bytesOf(request.encapsulated), bytesOf(request.wrapped), {
      info: bytesOf(request.info),
    })
    const replyTo = await suite.DeserializePublicKey(bytesOf(request.replyTo))
    const { encapsulatedSecret, ciphertext } = await suite.Seal(replyTo, opened, { info: bytesOf(request.answerInfo) })
    return concatenate([encapsulatedSecret, ciphertext])
  })
  expect(secret).toEqual(vault.secret)
})

test('PROT-5 an escrow key of RSA in a second vault opens the secret, by the operations of KMS', async () => {
  const { kms } = second
  const { KeyMetadata } = await kms.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'ENCRYPT_DECRYPT' })
  const { PublicKey } = await kms.getPublicKey({ KeyId: KeyMetadata.KeyId })
  const secret = await openedBy(PublicKey, async ({ wrapped, replyTo }) => {
    const { Plaintext } = await kms.decrypt({
      KeyId: KeyMetadata.KeyId,
      CiphertextBlob: bytesOf(wrapped),
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    })
    const oaep = { name: 'RSA-OAEP', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('spki', bytesOf(replyTo), oaep, false, ['encrypt'])
    return new Uint8Array(await crypto.subtle.encrypt(oaep, key, Plaintext))
  })
  expect(secret).toEqual(vault.secret)
})
