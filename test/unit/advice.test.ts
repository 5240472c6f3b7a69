/** What `vault.kms` says beyond AWS, in somebody's first hour; and that clients of AWS get AWS's words alone. */
import { describe, expect, test } from 'vitest'
import { withAdvice, withoutAdvice } from '../../src/contract/advice.js'
import { errorRecord, reviveError, ValidationException } from '../../src/contract/errors.js'
import { parseKeyReference } from '../../src/contract/identifiers.js'
import { readInput } from '../../src/contract/validation.js'

const realm = { accountId: '000000000000', region: 'browser-local-1' }

/** The message that the worker answers, in AWS's words. */
function refusalOf(call: () => unknown): { readonly name: string; readonly message: string } {
  try {
    call()
  } catch (error) {
    return errorRecord(error)
  }
  throw new Error('it was not refused')
}
const encrypt = (Plaintext: unknown) => () => readInput('Encrypt', { KeyId: 'alias/notes', Plaintext })
const named = (identifier: string) => () => parseKeyReference(realm, identifier)

describe('advice follows the words of AWS', () => {
  const advised: [what: string, call: () => unknown, advice: string][] = [
    [
      'an alias without its prefix',
      named('notes'),
      "(The names of aliases begin with alias/: is 'alias/notes' meant?)",
    ],
    [
      'an alias with a slash',
      named('team/notes'),
      "(The names of aliases begin with alias/: is 'alias/team/notes' meant?)",
    ],
    ['4,097 bytes', encrypt(new Uint8Array(4097)), '(vault.envelope(key) encrypts data of any size.)'],
    [
      'a text for a plaintext',
      encrypt('meet me at noon'),
      '(Of a text, the bytes are new TextEncoder().encode(text).)',
    ],
    [
      'a text for a message',
      () => readInput('Sign', { KeyId: 'x', Message: 'text', SigningAlgorithm: 'ECDSA_SHA_256' }),
      '(Of a text, the bytes are new TextEncoder().encode(text).)',
    ],
    [
      'a text for a ciphertext',
      () => readInput('Decrypt', { CiphertextBlob: 'AQICAHh' }),
      '(Of base64, the bytes are Uint8Array.fromBase64(text).)',
    ],
  ]
  test.each(advised)('%s', (_what, call, advice) => {
    const { name, message } = refusalOf(call)
    expect(message).not.toContain(advice)
    const revived = reviveError({ name: name as 'ValidationException', message }, 'id')
    expect([revived.name, revived.message]).toEqual([name, `${message} ${advice}`])
    expect(withoutAdvice(name, revived.message)).toBe(message)
  })
})

describe('there is none', () => {
  test.each([
    ['a key that is not there', refusalOf(named('arn:aws:kms:browser-local-1:111122223333:key/x'))],
    ['what can be no alias either', refusalOf(named('notes & more'))],
    ['an alias without a name', refusalOf(named('alias/'))],
    ['a key id that lost its end', refusalOf(named('1234abcd-12ab-34cd-56ef-1234567890'))],
    ['a key id with its kind', refusalOf(named('key/1234abcd-12ab-34cd-56ef-1234567890ab'))],
    ['half a multi-Region key id', refusalOf(named('mrk-1234'))],
    [
      'a name that looks like advice',
      {
        name: 'NotFoundException',
        message: "Alias x (The names of aliases begin with alias/: is 'alias/y' meant?) is not found.",
      },
    ],
    ['no bytes at all', refusalOf(encrypt(undefined))],
    ['another error', new ValidationException('A grant needs a grantee (a principal).')],
  ])('for %s', (_what, { name, message }) => {
    expect(withAdvice(name, message)).toBe(message)
    expect(withoutAdvice(name, message)).toBe(message)
  })
})

describe('a part of the worker that cannot be loaded later', () => {
  test.each([
    [
      'Chromium',
      'Failed to fetch dynamically imported module: https://app.example/assets/signing-B2x.js?v=1',
      "part of browser-kms 'signing-B2x.js' could",
    ],
    [
      'Firefox',
      'error loading dynamically imported module: https://app.example/assets/hmac.js',
      "part of browser-kms 'hmac.js' could",
    ],
    ['WebKit', 'Importing a module script failed.', 'part of browser-kms that is loaded when it is needed could'],
  ])('is named, as far as %s names it', (_engine, text, told) => {
    const { name, message } = errorRecord(new TypeError(text))
    expect(name).toBe('KMSInternalException')
    expect(message).toContain(told)
    expect(message).toContain('Load the page again.')
  })

  test('and no other defect is told', () => {
    for (const defect of [new TypeError('secret is not a function'), new Error('Importing a module script failed.')])
      expect(errorRecord(defect).message).toBe(`The vault failed to answer the request (${defect.name}). Try again.`)
  })
})
