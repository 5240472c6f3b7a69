/** LOCK-2: what a vault that is locked at rest answers, for every operation, by chapter 03's own table and a short one beside it. */
import type { KeyState, OperationName, Origin } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { lockedError, shownState } from '../../../worker/pipeline/locked-keys.js'
import { type GuardedKey, guardKeyState } from '../../../worker/pipeline/state-guard.js'
import { messageOf, operations, states } from '../../browser/fixtures/key-state-table.js'
import { answerOf, hidden } from '../../browser/recovery/fixtures/locked-answers.js'

/** Encapsulate and Decapsulate are newer than every edition of the table. */
const all: readonly OperationName[] = [...operations, 'Encapsulate', 'Decapsulate']
const origins: readonly Origin[] = ['AWS_KMS', 'EXTERNAL']
type Outcome = 'passes' | { readonly name: string; readonly message: string; readonly reason?: string }

function outcome(operation: OperationName, key: Omit<GuardedKey, 'arn' | 'isCurrentAliasTarget'>): Outcome {
  try {
    guardKeyState(operation, { arn: 'ARN', isCurrentAliasTarget: false, ...key })
    return 'passes'
  } catch (error) {
    const { name, message, reason } = error as { name: string; message: string; reason?: string }
    return { name, message, ...(reason !== undefined && { reason }) }
  }
}

const lockedAway: Outcome = {
  name: 'KMSInvalidStateException',
  message: 'ARN is unavailable because the vault is locked.',
  reason: 'locked',
}

function expected(operation: OperationName, state: KeyState, origin: Origin): Outcome {
  const real = outcome(operation, { state, origin, isLocked: false })
  const answer = answerOf(operation, origin)
  if (answer === 'locked') return lockedAway
  if (answer === 'real state') return real
  if (answer.result === 'fail')
    return { name: answer.error as string, message: messageOf(answer, 'ARN', origin) as string }
  // Footnote 15: nothing overtakes a move of the primary Region.
  return state === 'Updating' ? real : 'passes'
}

describe('LOCK-2 the column Unavailable, for keys that could be used otherwise', () => {
  test.each(all)('%s', (operation) => {
    for (const state of hidden)
      for (const origin of origins)
        expect([state, origin, outcome(operation, { state, origin, isLocked: true })]).toEqual([
          state,
          origin,
          expected(operation, state, origin),
        ])
  })
})

describe('a key that waits for something else is shown, and answers, as if the vault were open', () => {
  test.each(states.filter((state) => !hidden.includes(state)))('%s', (state) => {
    expect(shownState(state, true)).toBe(state)
    for (const operation of all)
      for (const origin of state === 'PendingImport' ? (['EXTERNAL'] as const) : origins)
        expect(outcome(operation, { state, origin, isLocked: true })).toEqual(
          outcome(operation, { state, origin, isLocked: false }),
        )
  })
})

test('LOCK-2 Enabled, Disabled and Updating are shown as Unavailable, and only while the vault is locked', () => {
  for (const state of hidden) {
    expect(shownState(state, true)).toBe('Unavailable')
    expect(shownState(state, false)).toBe(state)
  }
})

test('the error says what to do about it by its reason', () => {
  expect(lockedError('ARN')).toMatchObject({ name: 'KMSInvalidStateException', reason: 'locked', $fault: 'client' })
})
