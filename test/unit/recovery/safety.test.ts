/** REC-27 safe, or at risk and why: every rule, one at a time. */
import { describe, expect, test } from 'vitest'
import { type Facts, NOT_SET_UP, reasonsFor } from '../../../worker/recovery/safety.js'

const DAY = 86_400_000
const now = Date.UTC(2026, 0, 1)

const safe: Facts = {
  now,
  protectors: ['passphrase', 'recoveryCode'],
  isBeingRenewed: false,
  keysWithoutCopy: 0,
  keysToReEncrypt: 0,
  lastBackup: now,
  changedSinceBackup: false,
  lastRehearsal: { at: now, ok: true },
}

describe('REC-27', () => {
  test('a vault with all of it is safe', () => {
    expect(reasonsFor(safe)).toEqual([])
  })

  test.each<[string, Partial<Facts>, RegExp]>([
    ['one key without a copy', { keysWithoutCopy: 1 }, /^One key has no copy/],
    ['several', { keysWithoutCopy: 7 }, /^7 keys have no copy/],
    ['older material without a copy', { keysToReEncrypt: 1 }, /^One key has older material.*encrypted anew/],
    ['one protector', { protectors: ['passphrase'] }, /only one protector/],
    ['protectors of one kind', { protectors: ['passkey', 'passkey'] }, /one kind/],
    ['a renewal that goes on', { isBeingRenewed: true }, /renewed/],
    ['no backup', { lastBackup: undefined }, /no backup/],
    [
      'a backup of a week ago, and changes since',
      { lastBackup: now - 7 * DAY, changedSinceBackup: true },
      /7 days old/,
    ],
    ['no rehearsal', { lastRehearsal: undefined }, /Rehearse a recovery/],
    ['a rehearsal that went wrong', { lastRehearsal: { at: now, ok: false } }, /cannot be used/],
    ['a rehearsal of 90 days ago', { lastRehearsal: { at: now - 90 * DAY, ok: true } }, /90 days ago/],
  ])('%s is at risk, for one reason', (_name, change, reason) => {
    expect(reasonsFor({ ...safe, ...change })).toEqual([expect.stringMatching(reason)])
  })

  test.each<[string, Partial<Facts>]>([
    ['an old backup, and no change since', { lastBackup: now - 900 * DAY }],
    ['changes since a backup of yesterday', { lastBackup: now - DAY, changedSinceBackup: true }],
    ['a rehearsal of 89 days ago', { lastRehearsal: { at: now - 90 * DAY + 1, ok: true } }],
    ['a backup and a rehearsal of a clock that was ahead', { lastBackup: now + 9 * DAY, changedSinceBackup: true }],
    ['a protector of another kind beside passkeys', { protectors: ['passkey', 'passkey', 'escrow'] }],
  ])('%s is safe', (_name, change) => {
    expect(reasonsFor({ ...safe, ...change })).toEqual([])
  })

  test('all reasons are told, keys without a copy first', () => {
    const reasons = reasonsFor({ ...safe, protectors: ['escrow'], keysWithoutCopy: 2, lastBackup: undefined })
    expect(reasons).toHaveLength(3)
    expect(reasons[0]).toContain('2 keys')
  })

  test('sentences are for people: no names of functions, nor of anything else in code', () => {
    const worst = reasonsFor({
      ...safe,
      protectors: ['escrow'],
      isBeingRenewed: true,
      keysWithoutCopy: 2,
      keysToReEncrypt: 1,
      lastBackup: now - 8 * DAY,
      changedSinceBackup: true,
      lastRehearsal: { at: now, ok: false },
    })
    expect(worst).toHaveLength(6)
    for (const reason of [...worst, NOT_SET_UP]) expect(reason).not.toMatch(/[a-z][A-Z]|\w\.\w|[`({]/)
  })
})
