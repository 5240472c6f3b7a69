/** What the public functions of a vault take: nothing is dropped in silence, and nothing changes under the worker. */
import {
  type ConnectOptions,
  clientFromPort,
  deleteVault,
  type EnvelopeOptions,
  openVault,
  type SimulateOptions,
  type Vault,
  type VaultOptions,
} from 'browser-kms'
import { wrap } from 'comlink'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ControlService } from '../../src/contract/control.js'
import { errorOf, expectError, freshVault, newKey, newVaultName, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()
const Version = '2012-10-17'
const everything = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
const policyOf = (...statements: object[]) => ({ Version, Statement: statements })

/** A call that cannot be typed: it is about what the types refuse. */
const untyped = (call: (value: never) => unknown) => call as (value: unknown) => unknown

/** The error of a call, whether it is thrown or rejected with. */
async function refusalOf(call: () => unknown): Promise<string> {
  const { name, message } = await errorOf((async () => call())())
  expect(name).toBe('ValidationException')
  return message
}

describe('openVault refuses, before anything is made,', () => {
  const refused: [what: string, options: unknown, message: string][] = [
    ['a misspelt option', { regoin: 'eu-test-1' }, "openVault's options.regoin is not known: it is written region."],
    ['other capitals', { accountID: '111122223333' }, 'options.accountID is not known: it is written accountId.'],
    [
      'an option of another library',
      { databaseName: 'x' },
      'options.databaseName is not known: there are name, region',
    ],
    [
      'a Map',
      new Map([['name', 'x']]),
      "openVault's options must be an object, not a Map: Object.fromEntries makes one.",
    ],
    ['a text', 'notes', "openVault's options must be an object, not a String."],
    ['null', null, "openVault's options must be an object; it is null."],
    [
      'an instance of a class',
      new (class {
        name = 'x'
      })(),
      'options must be an object, not a class instance.',
    ],
    ['what is inherited', Object.create({ name: 'x' }), 'options must be an object, not a class instance.'],
    ['a hidden option', Object.defineProperty({}, 'name', { value: 'x' }), 'options.name is a hidden member'],
    ['an option named by a symbol', { [Symbol('name')]: 'x' }, 'has a member that is named by a symbol'],
    ['a flag that is a text', { digestSigning: 'false' }, 'options.digestSigning must be true or false, not a String.'],
    ['quotas that are none', { quotas: 7 }, 'options.quotas must be an object; it is 7.'],
    ['a quota that is not known', { quotas: { key: 7 } }, 'quotas.key is not known: it is written keys.'],
    ['a quota below 0', { quotas: { keys: -1 } }, 'quotas.keys must be a whole number'],
    ['a quota that is no number', { quotas: { tagsPerKey: '7' } }, 'quotas.tagsPerKey must be a whole number'],
    [
      'a profile that is not known',
      { quotas: { requests: 'gide' } },
      `requests must be one of "guide", "current"; it is 'gide'.`,
    ],
    [
      'rates in a Map',
      { quotas: { requests: { perSecond: new Map() } } },
      'perSecond must be a plain object, not a Map',
    ],
    [
      'a rate of 0',
      { quotas: { requests: { perSecond: { CreateKey: 0 } } } },
      `perSecond['CreateKey'] must be a number above 0`,
    ],
    ['a rate that is not known', { quotas: { requests: { perSecond: { CreateKeys: 1 } } } }, 'CreateKeys'],
    ['a worker that is none', { worker: 7 }, 'options.worker must be a Worker, or the URL of its file; it is 7.'],
    [
      'a function that makes a worker',
      { worker: () => {} },
      'options.worker must be a Worker, or the URL of its file, not a Function.',
    ],
    ['a signal that is none', { signal: new AbortController() }, 'options.signal must be an AbortSignal'],
    [
      'data workers that are only switched on',
      { dataWorkers: true },
      'options.dataWorkers must be an object, not a Boolean.',
    ],
    [
      'no data worker at all',
      { dataWorkers: { count: 0 } },
      'dataWorkers.count must be a whole number, 1 to 64; it is 0.',
    ],
    [
      'a start that is no function',
      { dataWorkers: { start: '/data.js' } },
      'dataWorkers.start must be a function that starts a worker, not a String.',
    ],
  ]
  test.each(refused)('%s', async (_what, options, message) => {
    const before = (await indexedDB.databases()).length
    expect(await refusalOf(() => untyped(openVault)(options))).toContain(message)
    expect(await indexedDB.databases()).toHaveLength(before)
  })

  test('but takes each option as it is meant, and `undefined` for none', async () => {
    const options: VaultOptions = {
      name: newVaultName(),
      region: 'eu-test-1',
      accountId: '111122223333',
      digestSigning: true,
      quotas: { keys: 1, requests: { profile: 'current', perSecond: { CreateKey: 1000 } } },
      dataWorkers: { count: 1 },
      signal: new AbortController().signal,
    }
    const { kms } = await freshVault(options)
    expect((await newKey(kms)).Arn).toMatch(/^arn:aws:kms:eu-test-1:111122223333:/)
    await expectError(kms.createKey({}), 'LimitExceededException')
    const nothing = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]))
    await freshVault({ ...nothing, name: newVaultName() })
    await freshVault(Object.assign(Object.create(null), { name: newVaultName() }))
  })

  test('takes the objects, the signal and the URL of another window', async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const other = frame.contentWindow as unknown as typeof globalThis
    const control = new other.AbortController()
    const options = Object.assign(new other.Object(), { signal: control.signal, quotas: new other.Object() })
    const { vault } = await freshVault(options)
    const closed = new Promise((resolve) => vault.addEventListener('close', resolve))
    control.abort()
    await closed
    frame.remove()
  })
})

describe('who a client is for: connect, connectPort and simulate refuse', () => {
  class Statement {
    Effect = 'Allow'
    Action = 'kms:*'
    Resource = '*'
  }
  const condition = { StringEquals: { 'kms:EncryptionContext:tenant': '7' } }
  const computed = Object.defineProperty({ ...everything }, 'Condition', { get: () => condition, enumerable: true })
  const hidden = Object.defineProperty({ ...everything }, 'Condition', { value: condition })
  const inherited = Object.assign(Object.create({ Condition: condition }), everything)
  const sparse = Object.assign([everything], { Condition: condition })
  const refused: [what: string, description: object | undefined, message: string][] = [
    ['nothing', undefined, 'must be an object; it is missing.'],
    ['no principal', { principal: undefined }, '.principal must be a text; it is missing.'],
    ['an empty principal', { principal: '' }, '.principal must not be empty.'],
    ['a principal of 2,049 characters', { principal: `user/${'x'.repeat(2044)}` }, '.principal can have at most 2048'],
    ['a misspelt member', { polices: [] }, '.polices is not known: it is written policies.'],
    ['a policy that is no list', { policies: policyOf(everything) }, '.policies must be a list, not an Object.'],
    [
      '51 policies',
      { policies: Array(51).fill(policyOf(everything)) },
      '.policies can have at most 50 entries; it has 51.',
    ],
    [
      'a policy in a Map',
      { policies: [new Map()] },
      '.policies[0] must be a plain object, not a Map: Object.fromEntries makes one.',
    ],
    [
      'a condition in a Map',
      { policies: [policyOf({ ...everything, Condition: new Map(Object.entries(condition)) })] },
      '.policies[0].Statement[0].Condition must be a plain object, not a Map',
    ],
    [
      'values in a Set',
      { policies: [policyOf({ ...everything, Action: new Set(['kms:Encrypt']) })] },
      '.policies[0].Statement[0].Action must be a plain object, not a Set.',
    ],
    [
      'a condition behind a getter',
      { policies: [policyOf(computed)] },
      '.policies[0].Statement[0].Condition is computed by a getter: give the value itself.',
    ],
    [
      'a hidden condition',
      { policies: [policyOf(hidden)] },
      '.policies[0].Statement[0].Condition is a hidden member: it would be lost.',
    ],
    [
      'an inherited condition',
      { policies: [policyOf(inherited)] },
      '.policies[0].Statement[0] must be a plain object, not a class instance.',
    ],
    [
      'a condition that is undefined',
      { policies: [policyOf({ ...everything, Condition: undefined })] },
      '.policies[0].Statement[0].Condition is undefined: leave it out, or give it a value.',
    ],
    [
      'a statement of a class',
      { policies: [policyOf(new Statement())] },
      '.policies[0].Statement[0] must be a plain object, not a class instance.',
    ],
    [
      'a list with members of its own',
      { policies: [{ Version, Statement: sparse }] },
      '.policies[0].Statement has members beside its entries: they would be lost.',
    ],
    [
      'a function in a policy',
      { policies: [policyOf({ ...everything, Action: String })] },
      '.Action must be a JSON value, not a Function.',
    ],
    [
      'a policy of 20,481 characters',
      { policies: [{ Id: 'x'.repeat(20_480) }] },
      '.policies[0] can have at most 20480 characters.',
    ],
    [
      'a policy that repeats one long text',
      { policies: [{ Id: Array(4096).fill('x'.repeat(1024)) }] },
      '.policies[0] can have at most 20480 characters.',
    ],
    [
      'a policy of 17 levels',
      { policies: [JSON.parse('['.repeat(18) + ']'.repeat(18))] },
      '.policies[0] is nested more than 16 levels deep.',
    ],
    [
      'tags in a Map',
      { tags: new Map([['team', 'notes']]) },
      '.tags must be a plain object, not a Map: Object.fromEntries makes one.',
    ],
    [
      'tags in Headers',
      { tags: new Headers({ team: 'notes' }) },
      '.tags must be a plain object, not a Headers: Object.fromEntries makes one.',
    ],
    [
      'tags as KMS lists them',
      { tags: [{ TagKey: 'team', TagValue: 'notes' }] },
      '.tags must be a plain object, not an Array.',
    ],
    ['a tag that is no text', { tags: { level: 7 } }, `.tags['level'] must be a text; it is 7.`],
    [
      '51 tags',
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`tag-${n}`, ''])) },
      '.tags can have at most 50 members; it has 51.',
    ],
    [
      'a tag of 257 characters',
      { tags: { team: 'x'.repeat(257) } },
      `.tags['team'] can have at most 256 characters; it has 257.`,
    ],
    [
      'a tag key of 129 characters',
      { tags: { ['x'.repeat(129)]: '' } },
      '.tags has a name of more than 128 characters.',
    ],
    ['a Region that is none', { region: 'nowhere' }, `.region must look like browser-local-1; it is 'nowhere'.`],
  ]
  const functions: [name: string, call: (vault: Vault, description: unknown) => unknown][] = [
    ['connect', (vault, description) => vault.connect(description as ConnectOptions)],
    ['connectPort', (vault, description) => vault.connectPort(description as ConnectOptions)],
    [
      'simulate',
      (vault, description) =>
        vault.simulate(
          (description && { action: 'kms:Encrypt', resource: '*', ...(description as object) }) as SimulateOptions,
        ),
    ],
  ]
  test.each(refused)('%s', async (_what, description, message) => {
    for (const [name, call] of functions) {
      const told = await refusalOf(() => call(shared.vault, description && { principal: 'user/x', ...description }))
      expect(told).toMatch(new RegExp(`^${name}'s (options|question)`))
      expect(told).toContain(message)
    }
  })

  test('but take what is meant, and judge by what was given at the moment of the call', async () => {
    const { vault, kms } = shared
    const { KeyId } = await newKey(kms)
    const statement = { ...everything, Action: 'kms:Encrypt' }
    const policies = [
      policyOf(statement, {
        Effect: 'Deny',
        Action: 'kms:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'other' } },
      }),
    ]
    const tags = { team: 'notes' }
    const connecting = vault.connect({ principal: 'user/owned', policies, tags })
    statement.Action = 'kms:*'
    tags.team = 'other'
    const client = await connecting
    await client.encrypt({ KeyId, Plaintext: utf8('x') })
    await expectError(client.describeKey({ KeyId }), 'AccessDeniedException')
    const longest = { Version, Id: 'x'.repeat(20_000), Statement: [everything] }
    await vault.connect({
      principal: 'user/long',
      policies: Array(50).fill(longest),
      tags: { ['k'.repeat(128)]: 'v'.repeat(256) },
    })
  })
})

describe('simulate refuses', () => {
  const refused: [what: string, question: object, message: string][] = [
    [
      'a context in a Map',
      { context: new Map([['kms:ViaService', 'x']]) },
      '.context must be a plain object, not a Map: Object.fromEntries makes one.',
    ],
    [
      'a context in FormData',
      { context: new FormData() },
      '.context must be a plain object, not a FormData: Object.fromEntries makes one.',
    ],
    [
      'a value that is no text',
      { context: { 'kms:GrantIsForAWSResource': true } },
      `.context['kms:GrantIsForAWSResource'] must be a text, not a Boolean.`,
    ],
    [
      'a list of what is no text',
      { context: { 'aws:TagKeys': ['a', 7] } },
      `.context['aws:TagKeys'][1] must be a text; it is 7.`,
    ],
    ['a misspelt member', { contxt: {} }, '.contxt is not known: it is written context.'],
    ['no action', { action: undefined }, '.action must be a text; it is missing.'],
    ['a resource that is no text', { resource: ['*'] }, '.resource must be a text, not an Array.'],
  ]
  test.each(refused)('%s', async (_what, more, message) => {
    const question = { principal: 'user/x', action: 'kms:Encrypt', resource: '*', ...more } as SimulateOptions
    expect(await refusalOf(() => shared.vault.simulate(question))).toBe(`simulate's question${message}`)
  })

  test('but takes texts and lists of texts', async () => {
    const context = { 'kms:EncryptionContext:a': 'b', 'kms:EncryptionContextKeys': ['a'] }
    const question = { principal: 'root', action: 'kms:CreateKey', resource: '*', context }
    expect(await shared.vault.simulate(question)).toMatchObject({ decision: 'allowed' })
  })
})

describe('the other functions refuse', () => {
  const refused: [call: string, made: (vault: Vault) => unknown, message: string][] = [
    ["region('')", (vault) => vault.region(''), `the Region must look like browser-local-1; it is ''.`],
    ['region(42)', (vault) => vault.region(42 as never), 'the Region must be a text; it is 42.'],
    ['custodyOf()', (vault) => vault.custodyOf(undefined as never), 'the key must be a text; it is missing.'],
    [
      'custodyOf(a description of a key)',
      (vault) => vault.custodyOf({ KeyId: 'x' } as never),
      'the key must be a text, not an Object.',
    ],
    [
      'revoke()',
      (vault) => vault.revoke(undefined as never),
      'revoke takes a port that connectPort made, or the name of a principal, not a Undefined.',
    ],
    [
      'revoke(a client)',
      (vault) => vault.revoke(vault.kms as never),
      'revoke takes a port that connectPort made, or the name of a principal, not a class instance.',
    ],
    [
      'revoke(a port of others)',
      (vault) => vault.revoke(new MessageChannel().port1),
      'This vault has not made that port.',
    ],
    ["revoke('')", (vault) => vault.revoke(''), 'the principal must not be empty.'],
    ['envelope()', (vault) => vault.envelope(undefined as never), 'keyId must be a text; it is missing.'],
    [
      'envelope(key, a misspelt option)',
      (vault) => vault.envelope('alias/x', { framelength: 1 } as EnvelopeOptions),
      'options.framelength is not known: it is written frameLength.',
    ],
    [
      'envelope(key, a single other key)',
      (vault) => vault.envelope('alias/x', { alsoDecryptsWith: 'alias/y' } as never),
      'options.alsoDecryptsWith must be a list, not a String.',
    ],
    [
      'envelope(key, a frame of no bytes)',
      (vault) => vault.envelope('alias/x', { frameLength: 0 }),
      'options.frameLength must be a whole number, 1 to 4294967295; it is 0.',
    ],
    [
      'envelope(key, a Map)',
      (vault) => vault.envelope('alias/x', new Map() as EnvelopeOptions),
      'options must be an object, not a Map: Object.fromEntries makes one.',
    ],
    [
      'clientFromPort()',
      () => clientFromPort(undefined as never),
      'the port must be the MessagePort that connectPort made; it is missing.',
    ],
    [
      'clientFromPort(an event)',
      () => clientFromPort(new MessageEvent('message') as never),
      'the port must be the MessagePort that connectPort made, not a MessageEvent.',
    ],
    [
      "deleteVault('a/b')",
      () => deleteVault('a/b'),
      `the name of the vault must have 1 to 128 letters, digits, spaces or any of . _ @ -; it is 'a/b'.`,
    ],
    ['deleteVault(null)', () => deleteVault(null as never), 'the name of the vault must be a text; it is null.'],
  ]
  test.each(refused)('%s', async (_call, made, message) => {
    expect(await refusalOf(() => made(shared.vault))).toBe(message)
  })
})

test('the worker reads its messages again, by the same tables', async () => {
  const worker = new Worker(new URL('../../worker/entry.ts', import.meta.url), { type: 'module' })
  onTestFinished(() => worker.terminate())
  const control = wrap<ControlService>(worker)
  const name = newVaultName()
  onTestFinished(() => deleteVault(name))
  const open = {
    name,
    region: 'browser-local-1',
    accountId: '000000000000',
    digestSigning: false,
    recovery: 'optional' as const,
    quotas: {},
  }
  const region = 'browser-local-1'
  const condition = new Map([['StringEquals', { 'aws:PrincipalTag/team': 'x' }]])
  const policies = [policyOf({ ...everything, Condition: condition })]
  const shown = 'x'.repeat(1024)
  const refused: [method: 'open' | 'connect' | 'simulate' | 'revoke' | 'custodyOf', message: unknown, told: string][] =
    [
      ['open', undefined, 'open must be an object; it is missing.'],
      ['open', { ...open, digestSigning: 1 }, 'open.digestSigning must be true or false; it is 1.'],
      ['open', { ...open, nmae: 'x' }, 'open.nmae is not known: it is written name.'],
      ['connect', { principal: 'user/x', region }, 'connect.isOwn must be true or false; it is missing.'],
      [
        'connect',
        { principal: 'user/x', region, isOwn: false, policies },
        'connect.policies[0].Statement[0].Condition must be a plain object, not a Map: Object.fromEntries makes one.',
      ],
      [
        'connect',
        { principal: 'user/x', region, isOwn: false, policies: [Array(4096).fill(shown)] },
        'connect.policies[0] can have at most 20480 characters.',
      ],
      [
        'simulate',
        { principal: 'user/x', region, action: 'kms:Encrypt', resource: '*', context: new Map() },
        'simulate.context must be a plain object, not a Map: Object.fromEntries makes one.',
      ],
      ['revoke', { connectionID: 'x' }, 'revoke.connectionID is not known: it is written connectionId.'],
      ['custodyOf', { keyId: 7, region }, 'custodyOf.keyId must be a text; it is 7.'],
    ]
  for (const [method, message, told] of refused) {
    const ask = control[method] as unknown as (message: unknown) => Promise<unknown>
    expect(await ask(message)).toEqual({ error: { name: 'ValidationException', message: told } })
  }
  expect(await control.open(open)).toHaveProperty('result')
  // Its table is loaded with what answers it.
  const changes: [message: unknown, told: string][] = [
    [undefined, 'changes must be an object; it is missing.'],
    [
      { known: { 'browser-local-1 0': -1 } },
      "changes.known['browser-local-1 0'] must be a whole number, 0 to 9007199254740991; it is -1.",
    ],
    [{ knwon: {} }, 'changes.knwon is not known: it is written known.'],
  ]
  for (const [message, told] of changes)
    expect(await control.changes(message as Parameters<typeof control.changes>[0])).toEqual({
      error: { name: 'ValidationException', message: told },
    })
})
