/** The AWS Encryption SDK for browsers reads what this one writes in the browser, and the other way round. */
import {
  type AlgorithmSuiteIdentifier,
  buildClient as buildSdkClient,
  CommitmentPolicy as SdkPolicy,
} from '@aws-crypto/client-browser'
import { buildClient, CommitmentPolicy, type SuiteId } from 'browser-kms/envelope'
import { describe, expect, type TestContext, test } from 'vitest'
import { type Suite, suiteIds, suiteName, suiteOf } from '../../src/contract/suites.js'
import { hasAes192 } from './fixtures/engine.js'
import { randomBytes } from './fixtures/random-bytes.js'
import { sameBytes } from './fixtures/same-bytes.js'
import { multi, rawAes, rawRsa, recovery } from './fixtures/shared-keyrings.js'

const policies = Object.values(CommitmentPolicy)
const LARGER_THAN_THE_MESSAGE = 100_000
/** Bytes from which data workers take over, and some more. */
const FOR_DATA_WORKERS = 3_000_000

const both = multi(rawAes, recovery, rawRsa)
const keyrings = {
  'a raw AES keyring': { writer: rawAes, reader: rawAes },
  'a raw RSA keyring': { writer: rawRsa, reader: rawRsa },
  'a multi-keyring': { writer: both, reader: both },
  'a multi-keyring, read with one of its children': { writer: both, reader: recovery },
  'a multi-keyring, read with another': { writer: both, reader: rawRsa },
}

/** A policy that makes messages of a suite. */
const makingPolicy = ({ commits }: Suite): CommitmentPolicy =>
  commits ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT'

/** The SDK needs WebCrypto for all; this one has AES-192 without. */
const sdkHas = ({ keyLength }: Suite): boolean => keyLength !== 24 || hasAes192

function skipIfTheSdkCannot(context: TestContext, suite: Suite): void {
  if (!sdkHas(suite)) context.skip(`${suiteName(suite.id)}: this browser has no AES-192, which the SDK needs`)
}

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  )

async function through(
  stream: TransformStream<Uint8Array, Uint8Array>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped: ReadableStream = new Blob([bytes]).stream().pipeThrough(stream)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}

const suites = suiteIds.map((id) => suiteOf(id) as Suite)

describe.each(suites.map((suite) => [suiteName(suite.id), suite] as const))('suite %s', (_name, suite) => {
  const suiteId = suite.id as SuiteId
  const sdkSuiteId = suite.id as AlgorithmSuiteIdentifier
  const ours = buildClient(makingPolicy(suite))
  const theirs = buildSdkClient(SdkPolicy[makingPolicy(suite)])
  const encryptionContext = { purpose: 'test' }

  describe.each(Object.entries(keyrings))('with %s', (_title, { writer, reader }) => {
    test.for([
      [0, 7],
      [40, 1],
      [49, 7],
      [8192, 4096],
      [10_000, 4096],
      [10_000, LARGER_THAN_THE_MESSAGE],
    ] as const)('%i bytes in frames of %i, both ways', async ([length, frameLength], context) => {
      skipIfTheSdkCannot(context, suite)
      const bytes = randomBytes(length)
      const made = await ours.encrypt(writer.ours, bytes, { suiteId, frameLength, encryptionContext })
      const read = await theirs.decrypt(reader.theirs, made.result)
      expect(sameBytes(read.plaintext, bytes)).toBe(true)
      expect(read.messageHeader.encryptionContext).toMatchObject(encryptionContext)
      const options = { suiteId: sdkSuiteId, frameLength, encryptionContext }
      const sdk = await theirs.encrypt(writer.theirs, bytes, options)
      const opened = await ours.decrypt(reader.ours, sdk.result, { encryptionContext })
      expect(sameBytes(opened.plaintext, bytes)).toBe(true)
    })
  })

  test.for([
    [10_000, 1000],
    [FOR_DATA_WORKERS, 4096],
    [FOR_DATA_WORKERS, 65_536],
    [FOR_DATA_WORKERS, 2_000_000],
  ] as const)('streams of %i bytes in frames of %i, both ways', async ([length, frameLength], context) => {
    skipIfTheSdkCannot(context, suite)
    const bytes = randomBytes(length)
    const stream = ours.encryptStream(rawAes.ours, { suiteId, frameLength })
    const made = await through(stream, bytes)
    expect(sameBytes((await theirs.decrypt(rawAes.theirs, made)).plaintext, bytes)).toBe(true)
    const sdk = await theirs.encrypt(rawAes.theirs, bytes, { suiteId: sdkSuiteId, frameLength })
    const opening = ours.decryptStream(rawAes.ours, { allowSigned: true })
    expect(sameBytes(await through(opening, new Uint8Array(sdk.result)), bytes)).toBe(true)
  })

  test.for(policies)('POL-1 policy %s means the same to both', async (policy, context) => {
    skipIfTheSdkCannot(context, suite)
    const bytes = randomBytes(20)
    const [here, there] = [buildClient(policy), buildSdkClient(SdkPolicy[policy])]
    const makes = suite.commits === (policy !== 'FORBID_ENCRYPT_ALLOW_DECRYPT')
    expect(await succeeds(here.encrypt(rawAes.ours, bytes, { suiteId }))).toBe(makes)
    expect(await succeeds(there.encrypt(rawAes.theirs, bytes, { suiteId: sdkSuiteId }))).toBe(makes)
    const { result } = await ours.encrypt(rawAes.ours, bytes, { suiteId })
    const takes = suite.commits || policy !== 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'
    expect(await succeeds(here.decrypt(rawAes.ours, result))).toBe(takes)
    expect(await succeeds(there.decrypt(rawAes.theirs, result))).toBe(takes)
  })

  test.runIf(!sdkHas(suite))('BRW-2 without AES-192 in WebCrypto, which the SDK needs', async () => {
    const bytes = randomBytes(100)
    const { result } = await ours.encrypt(rawAes.ours, bytes, { suiteId, frameLength: 16 })
    expect(sameBytes((await ours.decrypt(rawAes.ours, result)).plaintext, bytes)).toBe(true)
    expect(await succeeds(theirs.encrypt(rawAes.theirs, bytes, { suiteId: sdkSuiteId }))).toBe(false)
  })
})

test.for(policies)('the default suite of policy %s is the SDK’s', async (policy) => {
  const { messageHeader } = await buildClient(policy).encrypt(rawAes.ours, randomBytes(1))
  const sdk = await buildSdkClient(SdkPolicy[policy]).encrypt(rawAes.theirs, randomBytes(1))
  expect(messageHeader.suiteId).toBe(sdk.messageHeader.suiteId)
})
