/** Lets a page wait until its vault is changed, for automatic backups (REC-26). */
import { changesMessage } from '../../src/contract/changes.js'
import type { ChangeCounts, ChangesMessage } from '../../src/contract/control.js'
import { read } from '../../src/contract/reader.js'

/**
 * Milliseconds until the counts are read again without a notice: a Region that another tab makes tells those only that
 * have it open.
 */
const LOOK_AGAIN = 60_000

/**
 * A page asks, and is answered when there is something new. So however many changes there are between two questions, they
 * make one answer; and where no page asks, nothing is told and nothing costs.
 */
export class ChangeWatch {
  readonly #waiting = new Set<() => void>()

  /** Something was changed, in this tab or another. */
  notice(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** @returns the counts, as soon as they are others than those that the page knows, or after a while */
  async changesSince(message: ChangesMessage, readCounts: () => Promise<ChangeCounts>): Promise<ChangeCounts> {
    const { known } = read(changesMessage, message, 'changes')
    // From now on: what is changed while the counts are read is not missed.
    const { noticed, forget } = this.#next()
    try {
      const counts = await readCounts()
      if (!known || !areEqual(known, counts)) return counts
      await noticed
      return await readCounts()
    } finally {
      forget()
    }
  }

  #next(): { readonly noticed: Promise<void>; readonly forget: () => void } {
    let forget = () => {}
    const noticed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN)
      this.#waiting.add(resolve)
      forget = () => {
        clearTimeout(timer)
        this.#waiting.delete(resolve)
      }
    })
    return { noticed, forget }
  }
}

function areEqual(one: ChangeCounts, other: ChangeCounts): boolean {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
}
