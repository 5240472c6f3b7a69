/** REC-21 What is known of the changes of a Region while it is read. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AliasName, KeyId } from '../../../src/contract/identifiers.js'
import { HeardChanges } from '../../../worker/recovery/backup/heard-changes.js'

const notice = (count: number, keys: readonly string[] = [], aliases: readonly string[] = []) => ({
  count,
  keys: keys.map((keyId) => ({ keyId: keyId as KeyId })),
  aliases: aliases as AliasName[],
  touched: [],
})

test('REC-21 notices that come out of order count when those before them have come', async () => {
  const heard = new HeardChanges(5)
  heard.add(notice(7))
  let isComplete = false
  const complete = heard.heardUpTo(7).then(() => {
    isComplete = true
  })
  heard.add(notice(8))
  await new Promise((resolve) => setTimeout(resolve))
  expect(isComplete).toBe(false)
  heard.add(notice(6))
  await complete
  await heard.heardUpTo(8)
  await heard.heardUpTo(3)
})

test('REC-21 a change of the last one only says that it does not matter for those before', () => {
  const heard = new HeardChanges(0)
  heard.add(notice(2, ['a']))
  expect([1, 2].map((count) => heard.isSettledUpTo(count))).toEqual([true, false])
  heard.settleKeys(['a' as KeyId], 1)
  expect(heard.isSettledUpTo(2)).toBe(false)
  heard.settleKeys(['a' as KeyId], 2)
  expect(heard.isSettledUpTo(2)).toBe(true)
})

test('REC-21 grants, materials and copies count as their keys, and aliases by themselves', () => {
  const heard = new HeardChanges(0)
  heard.add({ ...notice(1, ['a'], ['alias/x']), touched: ['b' as KeyId] })
  expect(heard.some(10)).toEqual({ keys: ['a', 'b'], aliases: ['alias/x'] })
  heard.settleAliases(['alias/x' as AliasName], 1)
  heard.settleKeys(['a' as KeyId, 'b' as KeyId], 1)
  expect(heard.isSettledUpTo(1)).toBe(true)
})

/** A Region of a few keys, each with the number of its last change; and whoever reads it, as snapshot.ts does. */
test('REC-21 whatever changes while it is read, what was read last of each key is of one state', async () => {
  const names = ['a', 'b', 'c', 'd']
  const changes = fc.array(fc.subarray(names, { minLength: 1 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { minLength: 12, maxLength: 12 }),
      fc.array(fc.boolean()),
      async (steps, late) => {
        const heard = new HeardChanges(0)
        const state = new Map(names.map((name) => [name, 0]))
        const history: ReadonlyMap<string, number>[] = [new Map(state)]
        const underWay: ReturnType<typeof notice>[] = []
        let turn = 0
        const deliver = (all: boolean) => {
          for (const word of underWay.splice(0, all ? underWay.length : Math.floor(underWay.length / 2)))
            heard.add(word)
        }
        const happen = () => {
          for (const changed of steps[turn % steps.length] ?? []) {
            const count = history.length
            for (const name of changed) state.set(name, count)
            history.push(new Map(state))
            underWay.push(notice(count, changed))
          }
          deliver(late[turn % Math.max(1, late.length)] !== true)
          turn += 1
        }
        const given = new Map<string, number>()
        const readNow = (keys: readonly string[]) => {
          for (const name of keys) given.set(name, state.get(name) as number)
          return history.length - 1
        }
        for (const page of [
          ['a', 'b'],
          ['c', 'd'],
        ]) {
          const count = readNow(page)
          happen()
          heard.settleKeys(page as KeyId[], count)
        }
        for (;;) {
          const { keys } = heard.some(2)
          const count = readNow(keys)
          if (turn < 10) happen()
          deliver(true)
          await heard.heardUpTo(count)
          heard.settleKeys(keys, count)
          if (!heard.isSettledUpTo(count)) continue
          expect(given).toEqual(history[count])
          return
        }
      },
    ),
  )
})
