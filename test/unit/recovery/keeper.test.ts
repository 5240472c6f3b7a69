/** When a backup is kept, and what is done when it cannot be: the clock, the network and the target are the test's. */
import { KMSInternalException, ValidationException } from 'browser-kms'
import { BackupTargetException } from 'browser-kms/recovery'
import { describe, expect, test } from 'vitest'
import type { ChangeCounts } from '../../../src/contract/control.js'
import { Keeper, type KeeperNews } from '../../../src/vault/backups/keeper.js'
import type { TargetMemory } from '../../../src/vault/backups/memory.js'
import type { BackupTarget } from '../../../src/vault/backups/targets.js'

const bytes = (content: string) => new TextEncoder().encode(content)
const hours = 3_600_000
const conflict = () => Object.assign(new Error('changed by another'), { name: 'VersionConflict' })

/** A store that compares versions. */
class Store implements BackupTarget {
  content: string | undefined
  version = 0
  readonly writes: string[] = []
  /** What the next calls do instead, in order. */
  readonly faults: ((write: () => Promise<string>) => Promise<string>)[] = []

  put(content: string | undefined): void {
    this.content = content
    this.version += 1
  }

  async read() {
    if (this.content === undefined) return undefined
    return { data: bytes(this.content), version: `v${this.version}` }
  }

  async write(data: Uint8Array, version: string | undefined): Promise<string> {
    const write = async () => {
      if ((this.content === undefined ? undefined : `v${this.version}`) !== version) throw conflict()
      this.put(new TextDecoder().decode(data))
      this.writes.push(this.content as string)
      return `v${this.version}`
    }
    const fault = this.faults.shift()
    return fault ? fault(write) : write()
  }
}

interface Pause {
  readonly until: number
  readonly resolve: () => void
}

/** A vault, and a clock that goes on only when the test lets it. */
class World {
  now = 1_000_000
  counts: ChangeCounts = { 'browser-local-1 0': 0 }
  backups = 0
  memory: TargetMemory | undefined
  readonly news: KeeperNews[] = []
  readonly pauses = new Set<Pause>()
  readonly watchers = new Set<() => void>()
  readonly connections = new Set<() => void>()
  create = () => new Blob([`backup ${++this.backups} of ${this.counts['browser-local-1 0']}`]).stream()

  keep(target: BackupTarget, every = 10_000) {
    const end = new AbortController()
    const keeper = new Keeper({
      target,
      name: 'store',
      every,
      create: () => this.create(),
      note: async () => {},
      changes: async (known) => {
        if (known?.['browser-local-1 0'] === this.counts['browser-local-1 0'])
          await new Promise<void>((resolve) => this.watchers.add(resolve))
        return this.counts
      },
      memory: {
        read: async () => this.memory,
        write: async (_name, memory) => {
          this.memory = memory
        },
      },
      tell: (news) => this.news.push(news),
      now: () => this.now,
      pause: (milliseconds, signal) =>
        new Promise((resolve) => {
          const pause = { until: this.now + milliseconds, resolve }
          this.pauses.add(pause)
          signal.addEventListener('abort', () => {
            this.pauses.delete(pause)
            resolve()
          })
        }),
      online: (signal) =>
        new Promise((resolve) => {
          this.connections.add(resolve)
          signal.addEventListener('abort', () => this.connections.delete(resolve))
        }),
    })
    const running = keeper.run(end.signal)
    return {
      keeper,
      stop: async () => {
        end.abort()
        await running
      },
    }
  }

  change(): void {
    this.counts = { 'browser-local-1 0': (this.counts['browser-local-1 0'] ?? 0) + 1 }
    for (const resolve of this.watchers) resolve()
    this.watchers.clear()
  }

  /** What is told, as soon as it is so much. */
  async told(count: number): Promise<string[]> {
    await until(() => this.news.length >= count && this.isAtRest())
    return this.news.map(({ state }) => state)
  }

  /** The keeper waits for something. */
  isAtRest(): boolean {
    return this.pauses.size + this.watchers.size > 0
  }

  /** Goes on to when the keeper does something next. */
  async skip(): Promise<void> {
    await until(() => this.pauses.size > 0)
    await this.pass(Math.max(0, Math.min(...[...this.pauses].map(({ until }) => until)) - this.now))
  }

  /** Lets time pass, and everything happen that falls due. */
  async pass(milliseconds: number): Promise<void> {
    await until(() => this.isAtRest())
    this.now += milliseconds
    for (const pause of [...this.pauses])
      if (pause.until <= this.now) {
        this.pauses.delete(pause)
        pause.resolve()
      }
    await turn()
    await until(() => this.isAtRest())
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

/** Digests and streams take their turns; a test that waits for what does not come fails by its time limit. */
async function until(condition: () => boolean): Promise<void> {
  do await turn()
  while (!condition())
}

describe('REC-26 when a backup is made', () => {
  test('REC-26 the first at once, and no other while nothing changes', async () => {
    const [world, store] = [new World(), new Store()]
    const { stop } = world.keep(store)
    expect(await world.told(1)).toEqual(['done'])
    expect(store.writes).toEqual(['backup 1 of 0'])
    await world.pass(24 * hours)
    expect(store.writes).toHaveLength(1)
    expect(world.news[0]?.at).toBe(1_000_000)
    await stop()
  })

  test('REC-26 a change is written at once when the last backup is old enough, and many changes make one', async () => {
    const [world, store] = [new World(), new Store()]
    const { stop } = world.keep(store)
    await world.pass(10_000)
    world.change()
    await world.told(2)
    expect(store.writes).toEqual(['backup 1 of 0', 'backup 2 of 1'])
    for (let count = 0; count < 100; count++) world.change()
    await world.pass(9_999)
    expect(store.writes).toHaveLength(2)
    await world.pass(1)
    expect(store.writes).toEqual(['backup 1 of 0', 'backup 2 of 1', 'backup 3 of 101'])
    await stop()
  })

  test('REC-26 what changes while a backup is written is in the next one', async () => {
    const [world, store] = [new World(), new Store()]
    store.faults.push(async (write) => {
      world.change()
      return write()
    })
    const { stop } = world.keep(store)
    await world.pass(10_000)
    await world.told(2)
    expect(store.writes).toEqual(['backup 1 of 0', 'backup 2 of 1'])
    await stop()
  })

  test('REC-26 the next start goes on from what is remembered: nothing if nothing changed, else at once', async () => {
    const [world, store] = [new World(), new Store()]
    await world.keep(store).stop()
    const first = world.keep(store)
    await world.told(1)
    await first.stop()
    const second = world.keep(store)
    await until(() => world.watchers.size > 0)
    await world.pass(24 * hours)
    expect(store.writes).toHaveLength(1)
    await second.stop()
    world.change()
    const third = world.keep(store)
    await world.told(2)
    expect(store.writes).toHaveLength(2)
    await third.stop()
  })
})

describe('REC-26 what cannot be reached', () => {
  const temporary: [what: string, error: () => Error][] = [
    ['a lost network, as fetch tells it', () => new TypeError('Failed to fetch')],
    ['a target that says so', () => new BackupTargetException('The server answered 503.', { isTemporary: true })],
    ['a fault of the vault', () => new KMSInternalException('Try again.')],
  ]
  test.each(temporary)('REC-26 %s: pending, and tried again with longer and longer pauses', async (_what, error) => {
    const [world, store] = [new World(), new Store()]
    const times: number[] = []
    for (let count = 0; count < 12; count++)
      store.faults.push(async () => {
        times.push(world.now)
        throw error()
      })
    const { stop } = world.keep(store)
    for (let count = 1; count <= 12; count++) {
      await world.told(count)
      await world.skip()
    }
    expect(await world.told(13)).toEqual([...Array(12).fill('pending'), 'done'])
    expect(world.news[0]?.error).toMatchObject({ name: error().name })
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(1_000 * 2 ** index, 300_000)
      expect(pause).toBeGreaterThanOrEqual(longest * 0.75)
      expect(pause).toBeLessThanOrEqual(longest)
    }
    await stop()
  })

  test('REC-26 the network is back: tried again at once', async () => {
    const [world, store] = [new World(), new Store()]
    for (let count = 0; count < 8; count++) store.faults.push(() => Promise.reject(new TypeError('Failed to fetch')))
    const { stop } = world.keep(store)
    for (let count = 1; count < 8; count++) {
      await world.told(count)
      await world.skip()
    }
    await world.told(8)
    expect(store.writes).toEqual([])
    for (const resolve of [...world.connections]) resolve()
    await world.told(9)
    expect(store.writes).toHaveLength(1)
    await stop()
  })

  const forSomebody: [what: string, error: () => Error][] = [
    ['a target that says so', () => new BackupTargetException('The server answered 401.', { isTemporary: false })],
    ['a vault that makes no backup', () => new ValidationException('no')],
  ]
  test.each(forSomebody)('REC-26 %s: failed, tried again after a minute, or when asked', async (_what, error) => {
    const [world, store] = [new World(), new Store()]
    for (let count = 0; count < 2; count++) store.faults.push(() => Promise.reject(error()))
    const { keeper, stop } = world.keep(store)
    await world.told(1)
    await world.pass(59_999)
    expect(await world.told(1)).toEqual(['failed'])
    await world.pass(1)
    expect(await world.told(2)).toEqual(['failed', 'failed'])
    keeper.resume(false)
    expect(await world.told(3)).toEqual(['failed', 'failed', 'done'])
    await stop()
  })

  test('REC-26 a backup that cannot be made writes nothing', async () => {
    const [world, store] = [new World(), new Store()]
    world.create = () => new ReadableStream({ pull: () => Promise.reject(new ValidationException('no recovery')) })
    const { stop } = world.keep(store)
    await world.told(1)
    expect(world.news).toMatchObject([{ state: 'failed', error: { message: 'no recovery' } }])
    expect(store.content).toBeUndefined()
    await stop()
  })
})

describe('REC-26 conflicts', () => {
  test('REC-26 what somebody else wrote is not overwritten, now or at the next start, until somebody says so', async () => {
    const [world, store] = [new World(), new Store()]
    const first = world.keep(store)
    await world.told(1)
    store.put('of another device')
    world.change()
    await world.pass(10_000)
    expect(await world.told(2)).toEqual(['done', 'conflict'])
    expect(world.news[1]?.error).toMatchObject({ name: 'VersionConflict' })
    world.change()
    await world.pass(24 * hours)
    first.keeper.resume(false)
    expect(await world.told(3)).toEqual(['done', 'conflict', 'conflict'])
    await first.stop()

    const second = world.keep(store)
    expect(await world.told(4)).toEqual(['done', 'conflict', 'conflict', 'conflict'])
    expect(store.content).toBe('of another device')
    second.keeper.resume(true)
    expect((await world.told(5)).at(-1)).toBe('done')
    expect(store.content).toMatch(/^backup \d of 2$/)
    await second.stop()
  })

  test('REC-26 something stands there before the first backup', async () => {
    const [world, store] = [new World(), new Store()]
    store.put('of another vault')
    const { stop } = world.keep(store)
    expect(await world.told(1)).toEqual(['conflict'])
    expect(store.content).toBe('of another vault')
    await stop()
  })

  test('REC-26 leave to replace is for what stands there now: not before a conflict, and not for the next one', async () => {
    const [world, store] = [new World(), new Store()]
    const { keeper, stop } = world.keep(store)
    await world.told(1)
    keeper.resume(true)
    store.put('of another device')
    world.change()
    await world.pass(10_000)
    expect(await world.told(2)).toEqual(['done', 'conflict'])
    store.faults.push(async () => {
      store.put('of a third')
      throw conflict()
    })
    keeper.resume(true)
    expect(await world.told(3)).toEqual(['done', 'conflict', 'conflict'])
    keeper.resume(false)
    expect(await world.told(4)).toEqual(['done', 'conflict', 'conflict', 'conflict'])
    expect(store.content).toBe('of a third')
    await stop()
  })

  test('REC-26 the answer was lost, and the backup was not: no conflict', async () => {
    const [world, store] = [new World(), new Store()]
    store.faults.push(async (write) => {
      await write()
      throw new TypeError('Failed to fetch')
    })
    const { stop } = world.keep(store)
    await world.told(1)
    await world.skip()
    expect(await world.told(2)).toEqual(['pending', 'done'])
    expect(store.writes).toHaveLength(2)
    await stop()
  })

  test('REC-26 the tab was closed before the answer came: no conflict for the next', async () => {
    const [world, store] = [new World(), new Store()]
    store.faults.push(async (write) => {
      await write()
      return new Promise(() => {})
    })
    const first = world.keep(store)
    await until(() => store.writes.length > 0)
    await first.stop()
    expect(world.news).toEqual([])
    const second = world.keep(store)
    expect(await world.told(1)).toEqual(['done'])
    await second.stop()
  })

  test('REC-26 what was removed can be written again: nothing is overwritten', async () => {
    const [world, store] = [new World(), new Store()]
    const { stop } = world.keep(store)
    await world.told(1)
    store.put(undefined)
    world.change()
    await world.pass(10_000)
    expect(await world.told(2)).toEqual(['done', 'done'])
    await stop()
  })

  test('REC-26 a target that contradicts itself is told, and not asked for ever', async () => {
    const [world, store] = [new World(), new Store()]
    for (let count = 0; count < 2; count++) store.faults.push(() => Promise.reject(conflict()))
    const { stop } = world.keep(store)
    await world.told(1)
    expect(world.news).toMatchObject([{ state: 'failed', error: { name: 'BackupTargetException' } }])
    await stop()
  })

  const wrong: [what: string, answer: unknown][] = [
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 7],
  ]
  test.each(wrong)('REC-26 a target that answers %s as the version: failed', async (_what, answer) => {
    const world = new World()
    const { stop } = world.keep({ read: async () => undefined, write: async () => answer as string })
    await world.told(1)
    expect(world.news).toMatchObject([{ state: 'failed', error: { name: 'ValidationException' } }])
    await stop()
  })
})

test('REC-26 stopping settles, whatever is under way', async () => {
  const never = new Promise<never>(() => {})
  const hanging: BackupTarget[] = [
    { read: () => never, write: () => never },
    { read: () => never, write: () => Promise.reject(conflict()) },
  ]
  for (const target of hanging) {
    const world = new World()
    const { stop } = world.keep(target)
    await until(() => world.memory !== undefined)
    await stop()
    expect(world.news).toEqual([])
  }
})
