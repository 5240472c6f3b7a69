/** Openings of a simulated vault, each with a worker of its own that can also be killed. */
import { deleteVault, type KmsClient, openVault, type Vault } from 'browser-kms'
import type { ClockMessage } from '../fixtures/clock-hsm.js'
import { newVaultName } from '../fixtures/vault.js'

/** One opening of the vault. */
export interface Tab {
  readonly kms: KmsClient
  setClock(moment: number): void
  close(): Promise<void>
  /** Ends the worker in the middle of whatever it does. */
  kill(): void
}

/** Workers that are starting while others are at work: a simulation opens its vault a hundred times. */
const warm: Worker[] = []

function newWorker(): Worker {
  return new Worker(new URL('../fixtures/clock-hsm.ts', import.meta.url), { type: 'module' })
}

/** Ends the workers that nobody has asked for yet. */
export function endWarmWorkers(): void {
  for (const worker of warm.splice(0)) worker.terminate()
}

/** A vault and its openings. */
export class Tabs {
  readonly #name = newVaultName()
  readonly #open = new Set<Tab>()

  async open(moment: number): Promise<Tab> {
    const worker = warm.shift() ?? newWorker()
    warm.push(newWorker())
    const send = (message: ClockMessage) => worker.postMessage(message)
    send({ clock: moment })
    const vault = await openVault({ name: this.#name, worker })
    const tab = this.#tab(vault, worker, send)
    this.#open.add(tab)
    return tab
  }

  #tab(vault: Vault, worker: Worker, send: (message: ClockMessage) => void): Tab {
    const tab: Tab = {
      kms: vault.kms,
      setClock: (clock) => send({ clock }),
      close: async () => {
        this.#open.delete(tab)
        await vault.close()
      },
      kill: () => {
        this.#open.delete(tab)
        worker.terminate()
      },
    }
    return tab
  }

  async discard(): Promise<void> {
    await Promise.all(Array.from(this.#open, (tab) => tab.close()))
    await deleteVault(this.#name)
  }
}
