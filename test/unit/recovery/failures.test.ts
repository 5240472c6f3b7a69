import { expect, test } from 'vitest'
import { type Failures, failedAgain, waitAfter } from '../../../worker/recovery/failures.js'

const NOW = Date.UTC(2026, 10, 27)

test.each([
  [0, 0],
  [4, 0],
  [5, 1000],
  [6, 2000],
  [7, 4000],
  [10, 32_000],
  [11, 60_000],
  [12, 60_000],
  [10_000, 60_000],
])('PROT-6 after %i failures in a row, %i ms', (count, wait) => {
  expect(waitAfter({ count, lastAt: NOW }, NOW)).toBe(wait)
})

test.each([
  ['half of it is over', 2000, 2000],
  ['all of it is over', 4000, 0],
  ['it is long over', 86_400_000, 0],
  ['the clock has been set back', -86_400_000, 4000],
])('PROT-6 of four seconds, when %s', (_, elapsed, wait) => {
  expect(waitAfter({ count: 7, lastAt: NOW }, NOW + elapsed)).toBe(wait)
})

test('PROT-6 failures count up from none', () => {
  const first = failedAgain(undefined, NOW)
  expect(first).toEqual<Failures>({ count: 1, lastAt: NOW })
  expect(failedAgain(first, NOW + 5)).toEqual<Failures>({ count: 2, lastAt: NOW + 5 })
})
