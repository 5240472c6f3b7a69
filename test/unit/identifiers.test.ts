import { describe, expect, test } from 'vitest'
import { InvalidArnException, NotFoundException } from '../../src/contract/errors.js'
import {
  type AliasName,
  aliasArn,
  asAliasName,
  isKeyId,
  type KeyId,
  keyArn,
  newKeyId,
  parseKeyIdOrArn,
  parseKeyReference,
  type Realm,
  rootArn,
} from '../../src/contract/identifiers.js'

const realm: Realm = { accountId: '111122223333', region: 'browser-local-1' }
const ARN = 'arn:aws:kms:browser-local-1:111122223333'
const ID = '1234abcd-12ab-34cd-56ef-1234567890ab' as KeyId
const MRK = 'mrk-1234abcd12ab34cd56ef1234567890ab' as KeyId
const ALIAS = 'alias/ExampleAlias' as AliasName

describe('MGT-10 four forms name a key', () => {
  test.each([
    ['a key ID', ID, { kind: 'keyId', keyId: ID, arn: `${ARN}:key/${ID}` }],
    ['a multi-Region key ID', MRK, { kind: 'keyId', keyId: MRK, arn: `${ARN}:key/${MRK}` }],
    ['a key ARN', `${ARN}:key/${ID}`, { kind: 'keyId', keyId: ID, arn: `${ARN}:key/${ID}` }],
    ['a multi-Region key ARN', `${ARN}:key/${MRK}`, { kind: 'keyId', keyId: MRK, arn: `${ARN}:key/${MRK}` }],
    ['an alias name', ALIAS, { kind: 'alias', aliasName: ALIAS, arn: `${ARN}:${ALIAS}` }],
    ['an alias ARN', `${ARN}:${ALIAS}`, { kind: 'alias', aliasName: ALIAS, arn: `${ARN}:${ALIAS}` }],
    [
      'an alias name with slashes and a second alias/',
      'alias/alias/app/notes_1-a',
      { kind: 'alias', aliasName: 'alias/alias/app/notes_1-a', arn: `${ARN}:alias/alias/app/notes_1-a` },
    ],
    [
      'an alias that looks like a key ID',
      `alias/${ID}`,
      { kind: 'alias', aliasName: `alias/${ID}`, arn: `${ARN}:alias/${ID}` },
    ],
  ])('%s', (_form, identifier, reference) => {
    expect(parseKeyReference(realm, identifier)).toEqual(reference)
  })

  test('ARNs are made for any key, alias and account of the realm', () => {
    expect(keyArn(realm, MRK)).toBe('arn:aws:kms:browser-local-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab')
    expect(aliasArn(realm, ALIAS)).toBe('arn:aws:kms:browser-local-1:111122223333:alias/ExampleAlias')
    expect(rootArn(realm)).toBe('arn:aws:iam::111122223333:root')
  })

  test.each<[text: string, is: boolean]>([
    [ID, true],
    [MRK, true],
    [ID.toUpperCase(), false],
    [ID.replaceAll('-', ''), false],
    [`{${ID}}`, false],
    [`${ID}\n`, false],
    [`mrk-${ID}`, false],
    [MRK.slice(0, -1), false],
    [MRK.toUpperCase(), false],
    ['', false],
  ])('%j is a key ID: %s', (text, is) => {
    expect(isKeyId(text)).toBe(is)
  })

  test.each<[text: string, is: boolean]>([
    [ALIAS, true],
    ['alias/a', true],
    ['alias/', false],
    ['alias', false],
    ['Alias/a', false],
    ['/alias/a', false],
    [ID, false],
  ])('%j is an alias name: %s', (text, is) => {
    expect(asAliasName(text)).toBe(is ? text : undefined)
  })

  test('a new key ID has the form of one, and is none that was there before', () => {
    const ids = Array.from({ length: 1000 }, () => newKeyId())
    expect(ids.filter((id) => !isKeyId(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('MGT-11 an ARN that was made names the same key when it is read', () => {
  test.each([ID, MRK, newKeyId()])('%s', (keyId) => {
    expect(parseKeyIdOrArn(realm, keyArn(realm, keyId))).toEqual(parseKeyIdOrArn(realm, keyId))
  })
})

describe('MGT-12 where only a key ID or key ARN is taken', () => {
  test.each([
    ['a key ID', ID],
    ['a key ARN', `${ARN}:key/${ID}`],
  ])('%s is', (_form, identifier) => {
    expect(parseKeyIdOrArn(realm, identifier).keyId).toBe(ID)
  })

  test.each([
    ['an alias name', ALIAS],
    ['an alias ARN', `${ARN}:${ALIAS}`],
  ])('%s is not', (_form, identifier) => {
    expect(() => parseKeyIdOrArn(realm, identifier)).toThrow(
      new InvalidArnException('Key Aliases are not supported for this operation.'),
    )
  })
})

describe('MGT-13 a foreign account, Region or partition is answered like a missing key', () => {
  test.each([
    [
      'key of another account',
      `arn:aws:kms:browser-local-1:999999999999:key/${ID}`,
      `Key 'arn:aws:kms:browser-local-1:999999999999:key/${ID}' does not exist`,
    ],
    [
      'alias of another account',
      `arn:aws:kms:browser-local-1:999999999999:${ALIAS}`,
      `Alias arn:aws:kms:browser-local-1:999999999999:${ALIAS} is not found.`,
    ],
    [
      'key of another partition',
      `arn:aws-cn:kms:browser-local-1:111122223333:key/${ID}`,
      `Key 'arn:aws-cn:kms:browser-local-1:111122223333:key/${ID}' does not exist`,
    ],
    ['key of another Region', `arn:aws:kms:us-west-2:111122223333:key/${ID}`, 'Invalid arn us-west-2'],
    ['alias of another Region', `arn:aws:kms:us-west-2:111122223333:${ALIAS}`, 'Invalid arn us-west-2'],
  ])('%s', (_case, identifier, message) => {
    expect(() => parseKeyReference(realm, identifier)).toThrow(new NotFoundException(message))
  })
})

test('MGT-14 a reference holds the ARN that answers tell, whichever form the request had', () => {
  const arns = [ID, `${ARN}:key/${ID}`].map((identifier) => parseKeyReference(realm, identifier).arn)
  expect(arns).toEqual([`${ARN}:key/${ID}`, `${ARN}:key/${ID}`])
})

describe('MGT-15 resolution errors', () => {
  test.each([
    ['a UUID without dashes', ID.replaceAll('-', '')],
    ['a UUID in upper case', ID.toUpperCase()],
    ['a short mrk- ID', 'mrk-1234'],
    ['an alias prefix without a name', 'alias/'],
    ['a name without the prefix', 'ExampleAlias'],
    ['a text with a line break', `${ID}\n`],
    ['a name of a prototype', '__proto__'],
  ])('%s is no key ID', (_case, identifier) => {
    expect(() => parseKeyReference(realm, identifier)).toThrow(new NotFoundException(`Invalid keyId '${identifier}'`))
  })

  test.each([
    ['a key ARN whose ID is none', `${ARN}:key/nonsense`, 'nonsense'],
    ['a key ARN that goes on after its ID', `${ARN}:key/${ID}/more`, `${ID}/more`],
  ])('%s', (_case, identifier, keyId) => {
    expect(() => parseKeyReference(realm, identifier)).toThrow(new NotFoundException(`Invalid keyId '${keyId}'`))
  })

  test.each([
    ['nothing but a prefix', 'arn:'],
    ['another service', `arn:aws:s3:browser-local-1:111122223333:key/${ID}`],
    ['no account', `arn:aws:kms:browser-local-1::key/${ID}`],
    ['an account of eleven digits', `arn:aws:kms:browser-local-1:11112222333:key/${ID}`],
    ['no Region', `arn:aws:kms::111122223333:key/${ID}`],
    ['neither key nor alias', `${ARN}:grant/${ID}`],
    ['no ID', `${ARN}:key/`],
    ['no alias name', `${ARN}:alias/`],
    ['a colon where the slash belongs', `${ARN}:key:${ID}`],
    ['text before it', `arn:${ARN}:key/${ID}`],
  ])('malformed ARN: %s', (_case, arn) => {
    expect(() => parseKeyReference(realm, arn)).toThrow(new InvalidArnException(`Invalid arn ${arn}`))
  })

  test('reading takes a time that grows with the length only, also for hostile ARNs', () => {
    const hostile = `arn:${'a-'.repeat(500)}:kms:${'-'.repeat(500)}:${'1'.repeat(12)}:alias${'/'.repeat(500)}`
    const started = process.cpuUsage()
    for (let count = 0; count < 100; count++) expect(() => parseKeyReference(realm, hostile)).toThrow()
    // Of this process, in microseconds: what others take of the machine is not counted.
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000)
  })
})
