/** Hears the reason of the end. */
export interface EndListener {
  fail(reason: unknown): void
}

/** Takes away the listener of work that nobody finishes, and nobody holds any more. */
const abandoned = new FinalizationRegistry<() => void>((stop) => stop())

/** What can end a piece of work before it is done: the caller's signal, and the end of the vault whose key it uses. */
export class Ending {
  readonly #signals: readonly AbortSignal[]

  constructor(...signals: readonly (AbortSignal | undefined)[]) {
    this.#signals = signals.filter((signal) => signal !== undefined)
  }

  /** @throws the reason of the signal that has been aborted, if one has */
  throwIfEnded(): void {
    for (const signal of this.#signals) signal.throwIfAborted()
  }

  /**
   * @param listener hears the reason, once; it is held until then
   * @returns hears nothing any more: to be called when the work is over
   */
  listen(listener: (reason: unknown) => void): () => void {
    const hear = () => {
      const { reason } = this.#signals.find(({ aborted }) => aborted) ?? {}
      stop()
      listener(reason)
    }
    const stop = () => {
      for (const signal of this.#signals) signal.removeEventListener('abort', hear)
    }
    for (const signal of this.#signals) signal.addEventListener('abort', hear)
    return stop
  }

  /**
   * As {@link listen}, and does not hold the listener: of work that nobody finishes, a vault that stays open would keep the
   * keys, buffers and data workers otherwise. Whoever has dropped it is not told.
   */
  listenWeakly(listener: EndListener): () => void {
    const stop = this.listen(tellIfThere(new WeakRef(listener)))
    abandoned.register(listener, stop)
    return stop
  }

  /**
   * Waits for work, and not for longer than until the end. The work itself goes on until it looks at
   * {@link throwIfEnded}, with which it has to begin.
   *
   * @throws the reason of the end, at once
   */
  async outlast<Result>(work: () => Promise<Result>): Promise<Result> {
    let stop = () => {}
    try {
      const ended = new Promise<never>((_resolve, reject) => {
        stop = this.listen(reject)
      })
      return await Promise.race([work(), ended])
    } finally {
      stop()
    }
  }
}

/** A function of its own: what stands beside a closure is held by it in some engines. */
function tellIfThere(listener: WeakRef<EndListener>): (reason: unknown) => void {
  return (reason) => listener.deref()?.fail(reason)
}
