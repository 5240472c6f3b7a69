/** The KMS keyring of the AWS Encryption SDK for browsers, on a vault. */
import {
  buildClient,
  CommitmentPolicy,
  KmsKeyringBrowser,
  type KmsWebCryptoClientSupplier,
} from '@aws-crypto/client-browser'
import { buildClient as buildOurClient, KmsKeyring } from 'browser-kms/envelope'
import { describe, expect, test } from 'vitest'
import { otherRegion } from '../fixtures/requests.js'
import { utf8 } from '../fixtures/vault.js'
import { newAwsKey, sdkClient, sharedAws } from './fixtures.js'

const shared = sharedAws()
const encryptionContext = { purpose: 'test' }
const plaintext = utf8('a message')

const theirs = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
const ours = buildOurClient('REQUIRE_ENCRYPT_REQUIRE_DECRYPT')

/** A client for each Region, as the keyring asks for it. */
const clientProvider: KmsWebCryptoClientSupplier = (region) =>
  // The keyring's own type of a client does not know exactOptionalPropertyTypes.
  sdkClient(shared.vault, { region }) as unknown as ReturnType<KmsWebCryptoClientSupplier>

async function keyArns(): Promise<{ here: string; there: string }> {
  const here = await newAwsKey(shared.aws)
  const there = await newAwsKey(sdkClient(shared.vault, { region: otherRegion }))
  return { here: here.Arn, there: there.Arn }
}

describe('KmsKeyringBrowser', () => {
  test('encrypts and decrypts', async () => {
    const { here } = await keyArns()
    const keyring = new KmsKeyringBrowser({ clientProvider, generatorKeyId: here })
    const { result } = await theirs.encrypt(keyring, plaintext, { encryptionContext })
    const opened = await theirs.decrypt(keyring, result)
    expect(opened.plaintext).toEqual(plaintext)
    expect(opened.messageHeader.encryptionContext).toMatchObject(encryptionContext)
  })

  test('under keys of two Regions, of which either one will do', async () => {
    const { here, there } = await keyArns()
    const keyring = new KmsKeyringBrowser({ clientProvider, generatorKeyId: here, keyIds: [there] })
    const { result } = await theirs.encrypt(keyring, plaintext, { encryptionContext })
    for (const keyId of [here, there]) {
      const reader = new KmsKeyringBrowser({ clientProvider, keyIds: [keyId] })
      expect((await theirs.decrypt(reader, result)).plaintext).toEqual(plaintext)
    }
  })

  test('discovers the key', async () => {
    const { here } = await keyArns()
    const writer = new KmsKeyringBrowser({ clientProvider, generatorKeyId: here })
    const { result } = await theirs.encrypt(writer, plaintext, { encryptionContext })
    const reader = new KmsKeyringBrowser({ clientProvider, discovery: true })
    expect((await theirs.decrypt(reader, result)).plaintext).toEqual(plaintext)
  })

  test('reads what browser-kms/envelope writes under the same key, and the other way round', async () => {
    const { here } = await keyArns()
    const keyring = new KmsKeyringBrowser({ clientProvider, generatorKeyId: here })
    const own = new KmsKeyring({ client: shared.kms, generatorKeyId: here })
    const written = await ours.encrypt(own, plaintext, { encryptionContext })
    expect((await theirs.decrypt(keyring, written.result)).plaintext).toEqual(plaintext)
    const { result } = await theirs.encrypt(keyring, plaintext, { encryptionContext })
    expect((await ours.decrypt(own, result)).plaintext).toEqual(plaintext)
  })

  test('fails when the key is disabled', async () => {
    const { here } = await keyArns()
    const keyring = new KmsKeyringBrowser({ clientProvider, generatorKeyId: here })
    const { result } = await theirs.encrypt(keyring, plaintext, { encryptionContext })
    await shared.aws.disableKey({ KeyId: here })
    await expect(theirs.encrypt(keyring, plaintext)).rejects.toThrow()
    await expect(theirs.decrypt(keyring, result)).rejects.toThrow()
  })
})
