/** The AWS Encryption SDK for JavaScript reads what this one writes, and the other way round. */
import {
  type AlgorithmSuiteIdentifier,
  buildClient as buildSdkClient,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
  CommitmentPolicy as SdkPolicy,
} from '@aws-crypto/client-node'
import { describe, expect, test } from 'vitest'
import { suiteIds, suiteName, suiteOf } from '../../../src/contract/suites.js'
import { buildClient } from '../../../src/envelope/index.js'
import { keyName, keyNamespace, knownKeyring, wrappingKeyBytes } from './fixtures.js'

const sdkKeyring = new RawAesKeyringNode({
  keyNamespace,
  keyName,
  unencryptedMasterKey: wrappingKeyBytes.slice(),
  wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
})

describe.each(suiteIds.map((id) => [suiteName(id), id] as const))('suite %s', (_name, id) => {
  const commits = suiteOf(id)?.commits === true
  const policy = commits ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT'
  const ours = buildClient(policy)
  const theirs = buildSdkClient(SdkPolicy[policy])
  const encryptionContext = { purpose: 'test', Zebra: 'z', apple: 'ä' }

  test.each([
    [0, 16],
    [13, 8],
    [16, 8],
    [4096, 4096],
    [10_000, 1000],
  ])('%i bytes in frames of %i', async (length, frameLength) => {
    const bytes = crypto.getRandomValues(new Uint8Array(length))
    const keyring = await knownKeyring()
    const made = await ours.encrypt(keyring, bytes, {
      suiteId: id as 0x0578,
      frameLength,
      encryptionContext: { purpose: 'test' },
    })
    const read = await theirs.decrypt(sdkKeyring, made.result)
    expect(new Uint8Array(read.plaintext)).toEqual(bytes)
    expect(read.messageHeader.encryptionContext.purpose).toBe('test')
    const sdk = await theirs.encrypt(sdkKeyring, bytes, {
      suiteId: id as AlgorithmSuiteIdentifier,
      frameLength,
      // The SDK's raw AES keyring orders keys by locale (MSG-4): one key, or plain ones in order.
      encryptionContext: { purpose: 'test' },
    })
    const opened = await ours.decrypt(keyring, new Uint8Array(sdk.result), { encryptionContext: { purpose: 'test' } })
    expect(opened.plaintext).toEqual(bytes)
  })

  test('a context with upper case and other scripts', async () => {
    const keyring = await knownKeyring()
    const sorted = new RawAesKeyringNode({
      keyNamespace,
      keyName,
      unencryptedMasterKey: wrappingKeyBytes.slice(),
      wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
      utf8Sorting: true,
    })
    const bytes = crypto.getRandomValues(new Uint8Array(10))
    const made = await ours.encrypt(keyring, bytes, { suiteId: id as 0x0578, encryptionContext })
    expect(new Uint8Array((await theirs.decrypt(sorted, made.result)).plaintext)).toEqual(bytes)
    const sdk = await theirs.encrypt(sorted, bytes, { suiteId: id as AlgorithmSuiteIdentifier, encryptionContext })
    expect((await ours.decrypt(keyring, new Uint8Array(sdk.result))).plaintext).toEqual(bytes)
  })
})
