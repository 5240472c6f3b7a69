/** What applications do with the client of the AWS SDK: catch errors, page, wait, add middleware, abort. */
import {
  DescribeKeyCommand,
  DisabledException,
  EncryptCommand,
  type KMS,
  KMSClient,
  KMSServiceException,
  ListKeysCommand,
  NotFoundException,
  paginateListAliases,
  paginateListGrants,
  paginateListKeys,
  paginateListResourceTags,
} from '@aws-sdk/client-kms'
import { createRequestHandler } from 'browser-kms/aws'
import { describe, expect, test } from 'vitest'
import { clockedVault, start } from '../fixtures/clock.js'
import { otherRegion } from '../fixtures/requests.js'
import { accountId, freshVault, region, utf8 } from '../fixtures/vault.js'
import { credentials, newAwsKey, recordsOf, sdkClient, sdkErrorOf, sharedAws, uuid } from './fixtures.js'

const shared = sharedAws()
const Plaintext = utf8('text')

/** Counts what reaches the handler. */
function counted(aws: KMS): () => number {
  let count = 0
  aws.middlewareStack.add(
    (next) => (args) => {
      count += 1
      return next(args)
    },
    { step: 'deserialize', priority: 'low' },
  )
  return () => count
}

test('a KMSClient sends commands, as the README shows', async () => {
  const client = new KMSClient({ region, credentials, requestHandler: createRequestHandler(shared.vault) })
  const { Keys } = await client.send(new ListKeysCommand({}))
  expect(Array.isArray(Keys)).toBe(true)
  client.destroy()
  await shared.kms.listKeys()
})

describe('errors', () => {
  test('are of the SDK’s own classes, with metadata', async () => {
    const error = await sdkErrorOf(shared.aws.describeKey({ KeyId: crypto.randomUUID() }))
    expect(error).toBeInstanceOf(NotFoundException)
    expect(error).toBeInstanceOf(KMSServiceException)
    expect(error).not.toBeInstanceOf(DisabledException)
    expect(error.$fault).toBe('client')
    expect(error.$metadata).toMatchObject({ httpStatusCode: 400, requestId: uuid, attempts: 1 })
    expect(await recordsOf(shared.name, error.$metadata.requestId)).toEqual([
      expect.objectContaining({
        eventName: 'DescribeKey',
        errorCode: 'NotFoundException',
        errorMessage: error.message,
      }),
    ])
  })

  test('of the client are not tried again', async () => {
    const aws = sdkClient(shared.vault)
    const count = counted(aws)
    const { KeyId } = await newAwsKey(shared.aws)
    await aws.disableKey({ KeyId })
    await sdkErrorOf(aws.encrypt({ KeyId, Plaintext }))
    await sdkErrorOf(aws.decrypt({ CiphertextBlob: Plaintext }))
    expect(count()).toBe(3)
  })

  test('ThrottlingException is tried again until there is room', async () => {
    // A second that lasts until it has been tried again.
    const { vault, setClock } = await clockedVault(start, { quotas: { requests: { perSecond: { ListKeys: 1 } } } })
    const aws = sdkClient(vault, { maxAttempts: 20 })
    const count = counted(aws)
    const asked = Promise.all([aws.listKeys(), aws.listKeys()])
    await expect.poll(count).toBeGreaterThan(2)
    setClock(start + 1000)
    const answers = await asked
    expect(Math.max(...answers.map(({ $metadata }) => $metadata.attempts ?? 0))).toBeGreaterThan(1)
  })

  test('a vault that is closed answers KMSInvalidStateException, once', async () => {
    const { vault } = await freshVault()
    const aws = sdkClient(vault)
    const count = counted(aws)
    await vault.close()
    const error = await sdkErrorOf(aws.listKeys())
    expect([error.name, error.message, count()]).toEqual([
      'KMSInvalidStateException',
      'The vault was closed. Open it again to go on.',
      1,
    ])
    expect(error.$metadata.requestId).toEqual(uuid)
  })
})

describe('paginators', () => {
  const config = () => ({ client: shared.aws, pageSize: 2 })

  async function pagesOf<Page>(paginator: AsyncIterable<Page>): Promise<Page[]> {
    const pages: Page[] = []
    for await (const page of paginator) pages.push(page)
    return pages
  }

  test('paginateListKeys, paginateListAliases', async () => {
    const { aws } = shared
    const keys = [await newAwsKey(aws), await newAwsKey(aws), await newAwsKey(aws)]
    for (const { KeyId } of keys) await aws.createAlias({ AliasName: `alias/page/${KeyId}`, TargetKeyId: KeyId })
    const listed = (await pagesOf(paginateListKeys(config(), {}))).flatMap(({ Keys }) => Keys ?? [])
    for (const { KeyId } of keys) expect(listed.filter((key) => key.KeyId === KeyId)).toHaveLength(1)
    const aliasPages = await pagesOf(paginateListAliases(config(), {}))
    expect(aliasPages.length).toBeGreaterThanOrEqual(2)
    const targets = aliasPages.flatMap(({ Aliases }) => Aliases ?? []).map(({ TargetKeyId }) => TargetKeyId)
    for (const { KeyId } of keys) expect(targets).toContain(KeyId)
  })

  test('paginateListGrants, paginateListResourceTags', async () => {
    const { aws } = shared
    const Tags = ['a', 'b', 'c'].map((TagKey) => ({ TagKey, TagValue: TagKey }))
    const { KeyId } = await newAwsKey(aws, { Tags })
    for (const Name of ['1', '2', '3'])
      await aws.createGrant({
        KeyId,
        Name,
        GranteePrincipal: `arn:aws:iam::${accountId}:user/x`,
        Operations: ['Encrypt'],
      })
    expect((await pagesOf(paginateListGrants(config(), { KeyId }))).map(({ Grants }) => Grants?.length)).toEqual([2, 1])
    const tagPages = await pagesOf(paginateListResourceTags(config(), { KeyId }))
    expect(tagPages.flatMap((page) => page.Tags ?? [])).toEqual(Tags)
  })
})

test('the API of AWS KMS has no waiters', async () => {
  const names = Object.keys(await import('@aws-sdk/client-kms'))
  expect(names.filter((name) => name.startsWith('waitUntil'))).toEqual([])
})

test('middleware sees and changes requests', async () => {
  const aws = sdkClient(shared.vault)
  aws.middlewareStack.add(
    (next) => (args) => next({ ...args, input: { ...args.input, Description: 'by middleware' } }),
    { step: 'initialize' },
  )
  const { KeyMetadata } = await aws.createKey({})
  expect(KeyMetadata?.Description).toBe('by middleware')
})

describe('aborting', () => {
  test('before the request', async () => {
    const abort = new AbortController()
    abort.abort()
    const sent = shared.aws.send(new ListKeysCommand({}), { abortSignal: abort.signal })
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('while the vault works', async () => {
    const abort = new AbortController()
    const aws = sdkClient(shared.vault)
    const count = counted(aws)
    // As soon as the vault has been asked.
    aws.middlewareStack.add(
      (next) => (args) => {
        const answer = next(args)
        abort.abort()
        return answer
      },
      { step: 'deserialize', priority: 'low' },
    )
    const sent = aws.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }, { abortSignal: abort.signal })
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
    expect(count()).toBe(1)
  })

  test('afterwards changes nothing', async () => {
    const abort = new AbortController()
    const { Keys } = await shared.aws.send(new ListKeysCommand({ Limit: 1 }), { abortSignal: abort.signal })
    abort.abort()
    expect(Keys).toBeDefined()
  })
})

describe('Regions', () => {
  test('are those of the SDK’s clients, which share one handler', async () => {
    const requestHandler = createRequestHandler(shared.vault)
    const here = new KMSClient({ region, credentials, requestHandler })
    const there = new KMSClient({ region: otherRegion, credentials, requestHandler })
    const { KeyId, Arn } = await newAwsKey(sdkClient(shared.vault, { region: otherRegion }))
    expect(Arn).toContain(`:${otherRegion}:`)
    const encrypted = await there.send(new EncryptCommand({ KeyId, Plaintext }))
    expect(await recordsOf(shared.name, encrypted.$metadata.requestId, otherRegion)).toHaveLength(1)
    await expect(here.send(new DescribeKeyCommand({ KeyId }))).rejects.toBeInstanceOf(NotFoundException)
  })

  test('of AWS work too', async () => {
    const { Arn } = await newAwsKey(sdkClient(shared.vault, { region: 'eu-central-1' }))
    expect(Arn).toContain('arn:aws:kms:eu-central-1:')
  })

  test('a client answers for its own, whatever the SDK’s says', async () => {
    const { Arn } = await newAwsKey(sdkClient(shared.vault.region(otherRegion), { region: 'us-east-1' }))
    expect(Arn).toContain(`:${otherRegion}:`)
  })
})

test('the principal is that of the client that is passed; credentials choose none', async () => {
  const { KeyId } = await newAwsKey(shared.aws)
  const aws = sdkClient(await shared.vault.connect({ principal: 'user/nobody' }))
  const error = await sdkErrorOf(aws.encrypt({ KeyId, Plaintext }))
  expect([error.name, error.$metadata.httpStatusCode]).toEqual(['AccessDeniedException', 400])
  expect(await recordsOf(shared.name, error.$metadata.requestId)).toMatchObject([
    { userArn: `arn:aws:iam::${accountId}:user/nobody` },
  ])
})
