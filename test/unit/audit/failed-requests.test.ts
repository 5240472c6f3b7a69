/** The share that each principal has of the audit log for what it fails at. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuditLog } from '../../../worker/audit/audit-log.js'
import type { AuditRecord } from '../../../worker/audit/audit-record.js'

const SHARE = 1000
const EARNED_IN = 3600
const begin = 1_700_000_000_000
const widget = 'arn:aws:iam::000000000000:user/widget'
const editor = 'arn:aws:iam::000000000000:user/editor'

let written: AuditRecord[]
let log: AuditLog
beforeEach(() => {
  vi.useFakeTimers()
  written = []
  log = new AuditLog(async (records) => {
    written.push(...records)
  })
})
afterEach(() => {
  vi.useRealTimers()
})

function append(times: number, changes: Partial<AuditRecord> = {}): void {
  for (let count = 0; count < times; count++)
    void log.append({
      eventId: crypto.randomUUID(),
      eventTime: begin,
      eventName: 'Decrypt',
      userArn: widget,
      resources: [],
      errorCode: 'AccessDeniedException',
      ...changes,
    })
}
const of = (arn: string) => written.filter(({ userArn }) => userArn === arn)
const counted = () => written.flatMap(({ countedFailures }) => (countedFailures ? [countedFailures] : []))

describe('a principal that fails again and again', () => {
  test('has each failure of its share recorded', async () => {
    append(SHARE)
    await vi.advanceTimersByTimeAsync(1000)
    expect(of(widget)).toHaveLength(SHARE)
    await log.close()
    expect(counted()).toEqual([])
  })

  test('then one record a minute, which says how many it stands for, and by what errors', async () => {
    append(SHARE)
    append(50_000)
    append(7, { errorCode: 'ValidationException' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(of(widget)).toHaveLength(SHARE)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(of(widget)).toHaveLength(SHARE + 1)
    expect(written.at(-1)).toMatchObject({ eventName: 'Decrypt', errorCode: 'ValidationException', userArn: widget })
    append(3)
    await vi.advanceTimersByTimeAsync(61_000)
    expect(counted()).toEqual([{ AccessDeniedException: 50_000, ValidationException: 7 }, { AccessDeniedException: 3 }])
  })

  test('what was counted is written when the vault is closed, at the latest', async () => {
    append(SHARE + 2)
    await log.close()
    expect(counted()).toEqual([{ AccessDeniedException: 2 }])
    expect(of(widget)).toHaveLength(SHARE + 1)
  })

  test('takes nothing from the share of another', async () => {
    append(SHARE + 5)
    append(SHARE, { userArn: editor })
    await vi.advanceTimersByTimeAsync(1000)
    expect(of(editor)).toHaveLength(SHARE)
  })

  test('earns it back by the vault’s clock, a thousand an hour', async () => {
    append(SHARE + 1)
    append(4, { eventTime: begin + 3 * EARNED_IN })
    await log.close()
    expect(of(widget).filter(({ countedFailures }) => !countedFailures)).toHaveLength(SHARE + 3)
    expect(counted()).toEqual([{ AccessDeniedException: 2 }])
  })

  test('a clock that was set back takes nothing', async () => {
    append(SHARE - 1)
    append(2, { eventTime: begin - 24 * 3_600_000 })
    await log.close()
    expect(counted()).toEqual([{ AccessDeniedException: 1 }])
  })
})

test('what succeeds is always recorded by itself', async () => {
  append(3 * SHARE)
  const { errorCode: _, ...succeeded } = {
    eventId: 'x',
    eventTime: begin,
    eventName: 'Decrypt',
    userArn: widget,
    resources: [],
    errorCode: '',
  } as const
  for (let count = 0; count < 3 * SHARE; count++) void log.append(succeeded)
  await vi.advanceTimersByTimeAsync(1000)
  expect(written.filter(({ errorCode }) => errorCode === undefined)).toHaveLength(3 * SHARE)
})
