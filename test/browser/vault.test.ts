/** A vault as a whole: opening, sharing, handing out clients, events, closing, deleting. */
import {
  clientFromPort,
  deleteVault,
  type KeyStateDetail,
  KmsClient,
  openVault,
  type Vault,
  type VaultOptions,
} from 'browser-kms'
import { describe, expect, onTestFinished, test } from 'vitest'
import { auditRecords, hold } from './fixtures/stored.js'
import {
  call,
  errorOf,
  expectError,
  freshVault,
  keyArn,
  newKey,
  newVaultName,
  openAgain,
  sharedVault,
  utf8,
} from './fixtures/vault.js'

const closedMessage = 'The vault was closed. Open it again to go on.'

/** A worker of the application's own. */
function ownWorker(): Worker {
  return new Worker(new URL('../../worker/entry.ts', import.meta.url), { type: 'module' })
}

const closing = (vault: Vault) => new Promise<Event>((resolve) => vault.addEventListener('close', resolve))

describe('openVault', () => {
  const refused: [what: string, options: object][] = [
    ['an empty name', { name: '' }],
    ['a name with a slash', { name: 'a/b' }],
    ['a name of 129 characters', { name: 'x'.repeat(129) }],
    ['a name that is no text', { name: 42 }],
    ['a null name', { name: null }],
    ['a Region in capitals', { region: 'US-EAST-1' }],
    ['a Region without a number', { region: 'browser-local' }],
    ['an empty Region', { region: '' }],
    ['a Region of 33 characters', { region: `${'a'.repeat(29)}-b-1` }],
    ['an account id of eleven digits', { accountId: '12345678901' }],
    ['an account id that is a number', { accountId: 123456789012 }],
  ]
  test.each(refused)('refuses %s', async (_what, options) => {
    await expectError(openVault({ name: newVaultName(), ...options } as VaultOptions), 'ValidationException')
  })

  test('takes a name of 128 characters, with spaces and . _ @ -', async () => {
    const name = `${'.'.repeat(100)}me@example_1 - ${crypto.randomUUID()}`.slice(-128)
    const { kms } = await freshVault({ name })
    expect((await kms.listKeys({})).Keys).toEqual([])
  })

  test('without options opens the vault `default` of Region browser-local-1, account 000000000000', async () => {
    const vault = await openVault()
    onTestFinished(async () => {
      await vault.close()
      await deleteVault()
    })
    const { Arn, KeyId } = await newKey(vault.kms)
    expect(Arn).toBe(`arn:aws:kms:browser-local-1:000000000000:key/${KeyId}`)
    expect((await indexedDB.databases()).map(({ name }) => name)).toContain('browser-kms/default/browser-local-1')
  })

  test('Region and account of the options show in every ARN', async () => {
    const { kms } = await freshVault({ region: 'eu-test-7', accountId: '111122223333' })
    const { Arn, KeyId, AWSAccountId } = await newKey(kms)
    expect([Arn, AWSAccountId]).toEqual([`arn:aws:kms:eu-test-7:111122223333:key/${KeyId}`, '111122223333'])
    expect((await kms.encrypt({ KeyId, Plaintext: utf8('x') })).KeyId).toBe(Arn)
  })

  test('a vault of another account is refused, and stays as it was', async () => {
    const { kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await expectError(
      openVault({ name, accountId: '111122223333' }),
      'ValidationException',
      `The vault '${name}' belongs to account 000000000000, not 111122223333. Open it with that accountId, or choose another name.`,
    )
    expect((await kms.describeKey({ KeyId })).KeyMetadata.KeyId).toBe(KeyId)
  })

  test('a worker file that cannot be loaded: KMSInternalException', async () => {
    await expectError(
      openVault({ name: newVaultName(), worker: '/no/such/worker.js' }),
      'KMSInternalException',
      /could not be started/,
    )
  })

  test('takes a worker of the application, or the URL of its file', async () => {
    // The query tells the test runner that it is a worker.
    const { href } = new URL('./fixtures/clock-hsm.ts?worker_file&type=module', import.meta.url)
    for (const worker of [ownWorker(), new URL(href), href]) {
      const { kms } = await freshVault({ worker })
      expect((await kms.listKeys({})).Keys).toEqual([])
    }
  })

  test('a worker serves one vault: a second one is refused, and the first goes on', async () => {
    const worker = ownWorker()
    const { kms } = await freshVault({ worker })
    await expectError(
      openVault({ name: newVaultName(), worker }),
      'KMSInvalidStateException',
      'This worker serves a vault already; a vault needs its own.',
    )
    expect((await kms.listKeys({})).Keys).toEqual([])
  })
})

describe('signal', () => {
  test('aborted already: nothing is opened', async () => {
    const name = newVaultName()
    await expect(openVault({ name, signal: AbortSignal.abort('why') })).rejects.toBe('why')
    expect((await indexedDB.databases()).filter((database) => database.name?.includes(name))).toEqual([])
  })

  test('aborted while opening: openVault fails with its reason', async () => {
    const name = newVaultName()
    onTestFinished(() => deleteVault(name))
    const control = new AbortController()
    const opening = openVault({ name, signal: control.signal })
    control.abort(new DOMException('changed my mind', 'AbortError'))
    await expect(opening).rejects.toThrow('changed my mind')
  })

  test('aborted later: the vault is closed', async () => {
    const control = new AbortController()
    const { vault, kms } = await freshVault({ signal: control.signal })
    const closed = closing(vault)
    control.abort()
    await closed
    await expectError(kms.listKeys({}), 'KMSInvalidStateException', closedMessage)
  })
})

describe('what vaults share', () => {
  test('two openings of one name share keys, aliases and ciphertexts', async () => {
    const { kms, name } = await freshVault()
    const tab = await openAgain(name)
    const { KeyId } = await newKey(kms)
    await tab.kms.createAlias({ AliasName: 'alias/shared', TargetKeyId: KeyId })
    const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/shared', Plaintext: utf8('x') })
    expect((await tab.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('x'))
  })

  test('vaults of different names share nothing', async () => {
    const [one, other] = [await freshVault(), await freshVault()]
    const { KeyId } = await newKey(one.kms)
    await one.kms.createAlias({ AliasName: 'alias/mine', TargetKeyId: KeyId })
    await expectError(other.kms.describeKey({ KeyId }), 'NotFoundException')
    await expectError(other.kms.describeKey({ KeyId: 'alias/mine' }), 'NotFoundException')
    expect((await other.kms.listKeys({})).Keys).toEqual([])
  })

  test('SEC-18 Regions of one vault have keys and aliases of their own', async () => {
    const { kms, vault } = await freshVault()
    const elsewhere = vault.region('browser-local-2')
    const [here, there] = [await newKey(kms), await newKey(elsewhere)]
    for (const [client, { KeyId }] of [
      [kms, here],
      [elsewhere, there],
    ] as const)
      await client.createAlias({ AliasName: 'alias/same', TargetKeyId: KeyId })
    expect((await kms.describeKey({ KeyId: 'alias/same' })).KeyMetadata.Arn).toBe(keyArn(here.KeyId))
    expect((await elsewhere.describeKey({ KeyId: 'alias/same' })).KeyMetadata.Arn).toBe(
      `arn:aws:kms:browser-local-2:000000000000:key/${there.KeyId}`,
    )
    expect((await elsewhere.listKeys({})).Keys).toHaveLength(1)
    const { CiphertextBlob } = await kms.encrypt({ KeyId: here.KeyId, Plaintext: utf8('x') })
    await expectError(elsewhere.decrypt({ CiphertextBlob }), 'AccessDeniedException')
  })
})

describe('region', () => {
  const shared = sharedVault()

  test('gives one client for each Region, and the vault’s own for its own', () => {
    const { vault } = shared
    expect(vault.region('browser-local-1')).toBe(vault.kms)
    expect(vault.region('browser-local-3')).toBe(vault.region('browser-local-3'))
    expect(vault.region('browser-local-3')).toBeInstanceOf(KmsClient)
  })

  test.each(['', 'nowhere', 'Browser-Local-1', 'a-b-1/../c', 42])('refuses %j', (region) => {
    expect(() => shared.vault.region(region as string)).toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    )
  })
})

describe('connect', () => {
  const shared = sharedVault()

  test.each(['root', 'arn:aws:iam::000000000000:root'])('gives a client for %s', async (principal) => {
    const client = await shared.vault.connect({ principal })
    expect(client).toBeInstanceOf(KmsClient)
    const { KeyId } = await newKey(client)
    expect((await shared.kms.describeKey({ KeyId })).KeyMetadata.KeyId).toBe(KeyId)
  })

  test.each([
    'Root',
    'editor',
    'group/editors',
    'user/',
    'arn:aws:iam::111122223333:group/editors',
    'arn:aws:iam::1:root',
    's3.amazonaws.com',
  ])('refuses %s, which is no principal', async (principal) => {
    const error = await errorOf(shared.vault.connect({ principal }))
    expect(error.name).toBe('ValidationException')
    expect(error.message).toContain(`'${principal}'`)
    await expectError(shared.vault.connectPort({ principal }), 'ValidationException')
  })

  test.each([undefined, null, '', 7, {}])('refuses the principal %j', async (principal) => {
    await expectError(shared.vault.connect({ principal: principal as string }), 'ValidationException')
  })

  test('connectPort gives a port, from which clientFromPort makes a client', async () => {
    const port = await shared.vault.connectPort({ principal: 'root' })
    const client = clientFromPort(port)
    const { KeyId } = await newKey(client)
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: utf8('x') })
    expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('x'))
    await expectError(client.describeKey({ KeyId: 'alias/none' }), 'NotFoundException')
  })

  test('a port can be used in a frame', async () => {
    const { vault } = await freshVault()
    const port = await vault.connectPort({ principal: 'root' })
    const { port1, port2 } = new MessageChannel()
    // What arrives on the other side of a transfer is another object for the same connection.
    const received = new Promise<MessagePort>((resolve) => {
      port2.onmessage = ({ ports }) => resolve(ports[0] as MessagePort)
    })
    port1.postMessage('kms', [port])
    expect((await clientFromPort(await received).listKeys({})).Keys).toEqual([])
  })
})

describe('revoke', () => {
  test('of a port: its holder gets AccessDeniedException, others go on', async () => {
    const { vault, kms } = await freshVault()
    const [port, other] = [await vault.connectPort({ principal: 'root' }), await vault.connect({ principal: 'root' })]
    const client = clientFromPort(port)
    await client.listKeys({})
    expect(await vault.revoke(port)).toBe(1)
    await expectError(
      client.listKeys({}),
      'AccessDeniedException',
      'The connection of arn:aws:iam::000000000000:root was revoked.',
    )
    await other.listKeys({})
    await kms.listKeys({})
    expect(await vault.revoke(port), 'it is gone already').toBe(0)
  })

  test('of a principal: all its connections, but not the vault’s own client', async () => {
    const { vault, kms } = await freshVault()
    const clients = [await vault.connect({ principal: 'root' }), await vault.connect({ principal: 'root' })]
    expect(await vault.revoke('root')).toBe(2)
    for (const client of clients) await expectError(client.listKeys({}), 'AccessDeniedException')
    await kms.listKeys({})
    expect(await vault.revoke('user/nobody')).toBe(0)
    await expectError(vault.revoke('nobody'), 'ValidationException')
  })

  test('of a principal by its short name, in every Region; not the page’s own client for another Region', async () => {
    const { vault } = await freshVault()
    const region = 'browser-local-2'
    const own = vault.region(region)
    const { KeyId } = await newKey(own)
    const policies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }]
    const client = await vault.connect({ principal: 'user/editor', policies, region })
    expect((await client.describeKey({ KeyId })).KeyMetadata.Arn).toContain(region)
    expect(await vault.revoke('user/editor')).toBe(1)
    expect(await vault.revoke('root')).toBe(0)
    await expectError(client.listKeys({}), 'AccessDeniedException')
    await own.listKeys({})
  })

  test('of a port that the vault did not make: ValidationException', async () => {
    const { vault } = await freshVault()
    await expectError(vault.revoke(new MessageChannel().port1), 'ValidationException')
  })
})

test('custodyOf takes any identifier of a key, and refuses what is none', async () => {
  const { vault, kms } = await freshVault()
  const { KeyId, Arn } = await newKey(kms)
  await kms.createAlias({ AliasName: 'alias/kept', TargetKeyId: KeyId })
  for (const name of [KeyId, Arn, 'alias/kept']) expect(await vault.custodyOf(name)).toBe('native')
  await expectError(vault.custodyOf('alias/none'), 'NotFoundException')
  await expectError(vault.custodyOf(crypto.randomUUID()), 'NotFoundException')
  await expectError(vault.custodyOf(undefined as never), 'ValidationException')
})

test('persisted tells whether the browser has promised to keep the storage (SEC-20)', async () => {
  const { vault } = await freshVault()
  // A browser that asks the user has no answer until the user has one, and nothing waits for it.
  const asking = new Promise((resolve) => setTimeout(resolve, 1000, 'asking'))
  expect([true, false, 'asking']).toContain(await Promise.race([vault.persisted, asking]))
})

describe('keystate events', () => {
  function listenTo(vault: Vault): KeyStateDetail[] {
    const heard: KeyStateDetail[] = []
    vault.addEventListener('keystate', ({ detail }) => heard.push(detail))
    return heard
  }

  test('tell each state of a key, in this opening of the vault and in others', async () => {
    const { vault, kms, name } = await freshVault()
    const tab = await openAgain(name)
    const [own, others] = [listenTo(vault), listenTo(tab.vault)]
    const { KeyId } = await newKey(kms)
    // What two tabs do is told in either order unless the first has been heard of.
    const heardBy = async (count: number) => {
      await expect.poll(() => [own.length, others.length]).toEqual([count, count])
    }
    await heardBy(1)
    await kms.disableKey({ KeyId })
    await heardBy(2)
    await tab.kms.enableKey({ KeyId })
    await heardBy(3)
    await kms.scheduleKeyDeletion({ KeyId })
    await heardBy(4)
    await kms.cancelKeyDeletion({ KeyId })
    await heardBy(5)
    const states = ['Enabled', 'Disabled', 'Enabled', 'PendingDeletion', 'Disabled']
    const expected = states.map((keyState) => ({
      keyId: KeyId,
      keyArn: keyArn(KeyId),
      region: 'browser-local-1',
      keyState,
    }))
    expect(own).toEqual(expected)
    expect(others).toEqual(expected)
  })

  test('name the Region of the key', async () => {
    const { vault } = await freshVault()
    const heard = listenTo(vault)
    const { KeyId, Arn } = await newKey(vault.region('browser-local-2'))
    await expect
      .poll(() => heard)
      .toEqual([{ keyId: KeyId, keyArn: Arn, region: 'browser-local-2', keyState: 'Enabled' }])
  })

  test('tell nothing of requests that fail, and of those that only use a key', async () => {
    const { vault, kms } = await freshVault()
    const heard = listenTo(vault)
    const { KeyId } = await newKey(kms)
    await errorOf(kms.cancelKeyDeletion({ KeyId }))
    await errorOf(kms.disableKey({ KeyId: 'alias/none' }))
    await kms.encrypt({ KeyId, Plaintext: utf8('x') })
    await kms.describeKey({ KeyId })
    await kms.disableKey({ KeyId })
    await expect.poll(() => heard.map(({ keyState }) => keyState)).toEqual(['Enabled', 'Disabled'])
  })

  test('a listener can be removed', async () => {
    const { vault, kms } = await freshVault()
    const heard: unknown[] = []
    const listener = (event: Event) => heard.push(event)
    vault.addEventListener('keystate', listener)
    vault.removeEventListener('keystate', listener)
    const others = listenTo(vault)
    await newKey(kms)
    await expect.poll(() => others).toHaveLength(1)
    expect(heard).toEqual([])
  })
})

describe('close', () => {
  test('calls that have no answer yet fail, and so do all later ones', async () => {
    const { vault, kms } = await freshVault()
    const client = await vault.connect({ principal: 'root' })
    const sent = kms.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' })
    const refusals = [sent, client.listKeys({}), vault.region('browser-local-2').listKeys({})].map(errorOf)
    await vault.close()
    refusals.push(errorOf(kms.listKeys({})), errorOf(client.listKeys({})))
    for (const { name, message } of await Promise.all(refusals))
      expect([name, message]).toEqual(['KMSInvalidStateException', closedMessage])
  })

  test('whatever else is asked of a closed vault is refused in the same words', async () => {
    const { vault } = await freshVault()
    await vault.close()
    const message = closedMessage
    await expectError(vault.connect({ principal: 'root' }), 'KMSInvalidStateException', message)
    await expectError(vault.connectPort({ principal: 'root' }), 'KMSInvalidStateException', message)
    await expectError(vault.custodyOf('alias/x'), 'KMSInvalidStateException', message)
    await expectError(vault.revoke('root'), 'KMSInvalidStateException', message)
    expect(() => vault.region('browser-local-2')).toThrow(message)
  })

  test('tells of it once, and closing again does nothing', async () => {
    const { vault } = await freshVault()
    let count = 0
    vault.addEventListener('close', () => count++)
    await Promise.all([vault.close(), vault.close()])
    await vault.close()
    expect(count).toBe(1)
  })

  test('writes what is still to be written: the audit records of the last calls', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    for (let round = 0; round < 3; round++) await kms.encrypt({ KeyId, Plaintext: utf8('x') })
    await vault.close()
    const uses = (await auditRecords(name)).filter(({ eventName }) => eventName === 'Encrypt')
    expect(uses).toHaveLength(3)
  })

  test('waits for what is being written, however long the disk takes', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const release = await hold(name, ['audit'])
    await kms.encrypt({ KeyId, Plaintext: utf8('x') })
    const closing = vault.close()
    // Longer than it takes where nothing is in the way.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await release()
    await closing
    expect((await auditRecords(name)).map(({ eventName }) => eventName)).toContain('Encrypt')
  })

  test('a worker that has died does not keep it', async () => {
    const worker = ownWorker()
    const { vault } = await freshVault({ worker })
    worker.terminate()
    await vault.close()
  })

  test('a port that was handed out gets no more answers from a closed vault', async () => {
    const { vault } = await freshVault()
    const port = await vault.connectPort({ principal: 'root' })
    await vault.close()
    const answer = clientFromPort(port)
      .listKeys({})
      .then(
        () => 'answered',
        () => 'refused',
      )
    const silence = new Promise((resolve) => setTimeout(resolve, 200, 'silence'))
    expect(await Promise.race([answer, silence])).not.toBe('answered')
  })
})

describe('a worker that ends', () => {
  test('calls that wait for it fail, the vault tells of it and is closed', async () => {
    const worker = ownWorker()
    const { vault, kms } = await freshVault({ worker })
    const closed = closing(vault)
    const refusal = errorOf(kms.createKey({ KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }))
    worker.terminate()
    const { name, $fault } = await refusal
    expect([name, $fault]).toEqual(['KMSInternalException', 'server'])
    await closed
    await expectError(kms.listKeys({}), 'KMSInternalException', /The worker of the vault has ended/)
  })

  test('nothing that waits for it waits for ever', async () => {
    const worker = ownWorker()
    const { vault } = await freshVault({ worker })
    worker.terminate()
    const refusals = [
      errorOf(vault.connect({ principal: 'root' })),
      errorOf(vault.connectPort({ principal: 'root' })),
      errorOf(vault.custodyOf('alias/x')),
      errorOf(vault.revoke('root')),
      errorOf(vault.region('browser-local-2').listKeys({})),
    ]
    for (const { name } of await Promise.all(refusals)) expect(name).toBe('KMSInternalException')
  })

  test('what was acknowledged before is there when the vault is opened again', async () => {
    const worker = ownWorker()
    const { vault, kms, name } = await freshVault({ worker })
    const { KeyId } = await newKey(kms)
    const closed = closing(vault)
    worker.terminate()
    await closed
    const again = await openAgain(name)
    expect((await again.kms.describeKey({ KeyId })).KeyMetadata.KeyState).toBe('Enabled')
  })
})

describe('deleteVault', () => {
  test('closes the vaults that are open, which tell of it', async () => {
    const { vault, kms, name } = await freshVault()
    const tab = await openAgain(name)
    await newKey(kms)
    const closed = [closing(vault), closing(tab.vault)]
    await deleteVault(name)
    await Promise.all(closed)
    for (const client of [kms, tab.kms])
      await expectError(client.listKeys({}), 'KMSInvalidStateException', /^The vault was deleted/)
  })

  test('deletes every key, in all Regions: a vault of that name begins anew', async () => {
    const { vault, kms, name } = await freshVault()
    await newKey(kms)
    await newKey(vault.region('browser-local-2'))
    await vault.close()
    await deleteVault(name)
    expect((await indexedDB.databases()).filter((database) => database.name?.includes(name))).toEqual([])
    const again = await freshVault({ name, accountId: '111122223333' })
    expect((await again.kms.listKeys({})).Keys).toEqual([])
    expect((await again.vault.region('browser-local-2').listKeys({})).Keys).toEqual([])
  })

  test('leaves vaults alone whose names begin alike', async () => {
    const { kms, name } = await freshVault({ name: `${newVaultName()}-longer` })
    const { KeyId } = await newKey(kms)
    await deleteVault(name.slice(0, -'-longer'.length))
    expect((await kms.describeKey({ KeyId })).KeyMetadata.KeyId).toBe(KeyId)
  })

  test('of a vault that does not exist does nothing; of an impossible name is refused', async () => {
    await deleteVault(newVaultName())
    await expectError(deleteVault('a/b'), 'ValidationException')
  })
})

test('a client has a method for each operation, and takes nothing for an empty request', async () => {
  const { kms } = await freshVault()
  expect((await kms.listKeys()).Keys).toEqual([])
  expect((await kms.createKey()).KeyMetadata.KeyState).toBe('Enabled')
  expect((await call(kms, 'ListAliases', undefined)).Aliases).toEqual([])
})
