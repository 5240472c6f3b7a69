/** Paged lists (MGT-35). */
import type { KmsClient } from 'browser-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { call, errorOf, expectError, freshVault, keyArn, membersOf, newKey, sharedVault } from './fixtures/vault.js'

interface List {
  readonly operation: 'ListKeys' | 'ListAliases' | 'ListResourceTags' | 'ListKeyPolicies'
  /** Member that holds the items. */
  readonly items: string
  readonly largest: number
  readonly usual: number
  /** How the vault of this file fills it, and the names of all its items in order. */
  readonly filter: () => object
  readonly nameOf: (item: never) => string
}

const shared = sharedVault()
const KEYS = 205
let keyIds: string[]
let aliasNames: string[]
let tagged: string

beforeAll(async () => {
  const { kms } = shared
  const created = await Promise.all(Array.from({ length: KEYS }, () => newKey(kms)))
  keyIds = created.map(({ KeyId }) => KeyId).sort()
  aliasNames = keyIds.map((keyId) => `alias/${keyId}`)
  await Promise.all(keyIds.map((TargetKeyId) => kms.createAlias({ AliasName: `alias/${TargetKeyId}`, TargetKeyId })))
  tagged = keyIds[0] as string
  await kms.tagResource({ KeyId: tagged, Tags: tagKeys.map((TagKey) => ({ TagKey, TagValue: '' })) })
})
const tagKeys = Array.from({ length: 50 }, (_, index) => `key-${String(index).padStart(2, '0')}`)

const lists: List[] = [
  {
    operation: 'ListKeys',
    items: 'Keys',
    largest: 1000,
    usual: 100,
    filter: () => ({}),
    nameOf: ({ KeyId }: { KeyId: string }) => KeyId,
  },
  {
    operation: 'ListAliases',
    items: 'Aliases',
    largest: 100,
    usual: 50,
    filter: () => ({}),
    nameOf: ({ AliasName }: { AliasName: string }) => AliasName,
  },
  {
    operation: 'ListResourceTags',
    items: 'Tags',
    largest: 50,
    usual: 50,
    filter: () => ({ KeyId: tagged }),
    nameOf: ({ TagKey }: { TagKey: string }) => TagKey,
  },
  {
    operation: 'ListKeyPolicies',
    items: 'PolicyNames',
    largest: 1000,
    usual: 100,
    filter: () => ({ KeyId: tagged }),
    nameOf: (name: string) => name,
  },
]

const contents = (operation: List['operation']): string[] =>
  ({ ListKeys: keyIds, ListAliases: aliasNames, ListResourceTags: tagKeys, ListKeyPolicies: ['default'] })[operation]

interface Page {
  readonly names: string[]
  readonly Truncated: boolean
  readonly NextMarker?: string
}

async function readPage(kms: KmsClient, { operation, items, filter, nameOf }: List, input: object): Promise<Page> {
  const { [items]: found, ...page } = await membersOf(call(kms, operation, { ...filter(), ...input }))
  return { ...(page as unknown as Page), names: (found as never[]).map(nameOf) }
}

/** All pages, each read with the marker of the one before it. */
async function readAll(kms: KmsClient, list: List, limit?: number): Promise<string[][]> {
  const pages: string[][] = []
  let Marker: string | undefined
  do {
    const page = await readPage(kms, list, { ...(limit && { Limit: limit }), ...(Marker && { Marker }) })
    pages.push(page.names)
    expect(page.Truncated).toBe(page.NextMarker !== undefined)
    Marker = page.NextMarker
  } while (Marker)
  return pages
}

describe.each(lists)('$operation', (list) => {
  const { operation, largest, usual } = list

  test.each([1, 7, 50, 100, 1000].filter((limit) => limit <= largest))(
    'MGT-35 with Limit %i all pages together are everything, once, in order',
    async (limit) => {
      const all = contents(operation)
      const pages = await readAll(shared.kms, list, limit)
      expect(pages.flat()).toEqual(all)
      expect(pages.map(({ length }) => length)).toEqual(
        Array.from({ length: Math.ceil(all.length / limit) }, (_, page) => Math.min(limit, all.length - page * limit)),
      )
    },
  )

  test(`MGT-35 without Limit a page has at most ${usual}`, async () => {
    const all = contents(operation)
    const { names, Truncated } = await readPage(shared.kms, list, {})
    expect(names).toEqual(all.slice(0, usual))
    expect(Truncated).toBe(all.length > usual)
  })

  test.each([0, -1, 1.5, largest + 1])('MGT-35 Limit %d: ValidationException', async (Limit) => {
    const { name, message } = await errorOf(readPage(shared.kms, list, { Limit }))
    expect(name).toBe('ValidationException')
    if (Number.isInteger(Limit))
      expect(message).toBe(
        `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${Limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${largest}`}`,
      )
  })

  test.each([
    ['made up', 'no such marker'],
    ['made up, in base64', btoa('x'.repeat(60))],
    ['short', 'AAAA'],
    ['a name of the list', tagKeys[0] as string],
  ])('MGT-35 a marker that is %s: InvalidMarkerException', async (_name, Marker) => {
    await expectError(
      readPage(shared.kms, list, { Marker }),
      'InvalidMarkerException',
      'The marker does not come from an earlier page of this list.',
    )
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(1025)],
    ['not Latin-1', 'Ā'],
  ])('MGT-35 a marker that is %s: ValidationException', async (_name, Marker) => {
    await expectError(readPage(shared.kms, list, { Marker }), 'ValidationException')
  })
})

describe('markers', () => {
  const [keys, aliases, tags, policies] = lists as [List, List, List, List]
  const markerOf = async (list: List) => (await readPage(shared.kms, list, { Limit: 1 })).NextMarker as string

  test('MGT-35 a marker is opaque: it does not show where it leads', async () => {
    for (const list of [keys, aliases, tags]) {
      const marker = await markerOf(list)
      const [first] = contents(list.operation) as [string]
      expect(marker).toMatch(/^[\u0020-\u00ff]{1,1024}$/)
      expect(`${marker} ${atob(marker)}`).not.toContain(first.slice(0, 8))
    }
  })

  test('MGT-35 a marker with any one character changed: InvalidMarkerException', async () => {
    const marker = await markerOf(keys)
    // The last group of Base64 may have spare bits, which mean nothing.
    for (let index = 0; index < marker.length - 4; index += 5) {
      const changed = `${marker.slice(0, index)}${marker[index] === 'A' ? 'B' : 'A'}${marker.slice(index + 1)}`
      await expectError(readPage(shared.kms, keys, { Marker: changed }), 'InvalidMarkerException')
    }
  })

  test('MGT-35 the marker of another list: InvalidMarkerException', async () => {
    const markers = await Promise.all([keys, aliases, tags].map(markerOf))
    for (const [own, list] of [keys, aliases, tags, policies].entries())
      for (const [index, Marker] of markers.entries())
        if (index !== own) await expectError(readPage(shared.kms, list, { Marker }), 'InvalidMarkerException')
  })

  test('MGT-35 the marker of another key’s list, or of another vault: InvalidMarkerException', async () => {
    const Marker = await markerOf(tags)
    const KeyId = keyIds[1] as string
    await expectError(shared.kms.listResourceTags({ KeyId, Marker }), 'InvalidMarkerException')
    await expectError(shared.kms.listAliases({ KeyId, Marker: await markerOf(aliases) }), 'InvalidMarkerException')
    const { kms } = await freshVault()
    await expectError(kms.listKeys({ Marker: await markerOf(keys) }), 'InvalidMarkerException')
  })

  test('MGT-35 a marker may be used again, with another Limit', async () => {
    const Marker = await markerOf(keys)
    expect((await readPage(shared.kms, keys, { Marker, Limit: 3 })).names).toEqual(keyIds.slice(1, 4))
    expect((await readPage(shared.kms, keys, { Marker, Limit: 2 })).names).toEqual(keyIds.slice(1, 3))
  })
})

describe('changes between two pages', () => {
  test('MGT-35 deleted aliases make none be skipped, created ones none be repeated', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const create = (name: string) => kms.createAlias({ AliasName: `alias/${name}`, TargetKeyId: KeyId })
    for (const name of ['b', 'd', 'f', 'h', 'j']) await create(name)
    const first = await kms.listAliases({ Limit: 2 })
    const names = ({ Aliases }: typeof first) => Aliases.map(({ AliasName }) => AliasName.slice('alias/'.length))
    expect(names(first)).toEqual(['b', 'd'])
    // The alias at which the page ended goes, and one on either side of it comes.
    await kms.deleteAlias({ AliasName: 'alias/d' })
    await create('a')
    await create('c')
    await create('e')
    await kms.deleteAlias({ AliasName: 'alias/h' })
    const second = await kms.listAliases({ Limit: 100, Marker: first.NextMarker })
    expect(names(second)).toEqual(['e', 'f', 'j'])
  })

  test('MGT-35 untagging between pages makes no tag be skipped', async () => {
    const { kms } = shared
    const { KeyId } = await newKey(kms)
    await kms.tagResource({ KeyId, Tags: ['a', 'b', 'c', 'd'].map((TagKey) => ({ TagKey, TagValue: '' })) })
    const { NextMarker: Marker } = await kms.listResourceTags({ KeyId, Limit: 2 })
    await kms.untagResource({ KeyId, TagKeys: ['a', 'b'] })
    const { Tags } = await kms.listResourceTags({ KeyId, Marker })
    expect(Tags.map(({ TagKey }) => TagKey)).toEqual(['c', 'd'])
  })

  test('MGT-35 keys created while paging repeat and skip none of the old ones', async () => {
    const { kms } = await freshVault()
    const old = (await Promise.all(Array.from({ length: 12 }, () => newKey(kms)))).map(({ KeyId }) => KeyId)
    const found: string[] = []
    let Marker: string | undefined
    do {
      const page = await kms.listKeys({ Limit: 3, Marker })
      found.push(...page.Keys.map(({ KeyId }) => KeyId))
      Marker = page.NextMarker
      if (found.length < 12) await newKey(kms)
    } while (Marker)
    expect(new Set(found).size, 'none twice').toBe(found.length)
    expect(
      old.filter((keyId) => !found.includes(keyId)),
      'none missing',
    ).toEqual([])
  })
})

test('MGT-33 an entry of ListKeys has KeyId and KeyArn, and nothing else; every state is listed', async () => {
  const { kms } = await freshVault()
  expect(await membersOf(kms.listKeys({}))).toEqual({ Keys: [], Truncated: false })
  const ids = (await Promise.all([newKey(kms), newKey(kms), newKey(kms)])).map(({ KeyId }) => KeyId).sort()
  await kms.disableKey({ KeyId: ids[0] })
  await kms.scheduleKeyDeletion({ KeyId: ids[1] })
  expect(await membersOf(kms.listKeys({}))).toEqual({
    Keys: ids.map((KeyId) => ({ KeyId, KeyArn: keyArn(KeyId) })),
    Truncated: false,
  })
})

test('SDK-16 ListKeyPolicies answers ["default"], Truncated false', async () => {
  expect(await membersOf(shared.kms.listKeyPolicies({ KeyId: tagged }))).toEqual({
    PolicyNames: ['default'],
    Truncated: false,
  })
})
