/** A vault that is asked for a handle of a data key, and gives none: another error than those of messages. */
import { expect, test } from 'vitest'
import { withHandle } from '../../../src/contract/data-keys.js'
import { buildClient, DataKeyUnwrapError, KMSInternalException, KmsKeyring } from '../../../src/envelope/index.js'
import { text } from './fixtures.js'

const KeyId = 'arn:aws:kms:browser-local-1:000000000000:key/11111111-2222-4333-8444-555555555555'
const { encrypt, decrypt } = buildClient()

/** A client of AWS, and one of a vault whose worker knows of no handles: both of them forget the key at once. */
function clients() {
  const dataKey = () => new Uint8Array(32).fill(7)
  const aws = {
    generateDataKey: async () => ({ KeyId, Plaintext: dataKey(), CiphertextBlob: new Uint8Array(10) }),
    encrypt: async () => ({ KeyId, CiphertextBlob: new Uint8Array(10) }),
    decrypt: async () => ({ KeyId, Plaintext: dataKey() }),
  }
  const vault = {
    ...aws,
    [withHandle]: async () => ({ KeyId, CiphertextBlob: new Uint8Array(10), alsoEncrypted: [] }),
  }
  return { aws, vault }
}

test('it is told for what it is, whichever way', async () => {
  const { aws, vault } = clients()
  const { result } = await encrypt(new KmsKeyring({ client: aws, generatorKeyId: KeyId }), text('a'))
  const keyring = new KmsKeyring({ client: vault, generatorKeyId: KeyId })
  const encrypting: unknown = await encrypt(keyring, text('a')).catch((error: unknown) => error)
  expect(encrypting).toBeInstanceOf(KMSInternalException)
  expect((encrypting as Error).message).toMatch(/no handle of the data key/)
  const decrypting: unknown = await decrypt(keyring, result).catch((error: unknown) => error)
  expect(decrypting).toBeInstanceOf(DataKeyUnwrapError)
  expect((decrypting as AggregateError).errors).toEqual([expect.any(KMSInternalException)])
})
