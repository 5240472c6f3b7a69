/** What can end a piece of work before it is done: the caller's signal, and the end of the vault whose key it uses. */
export class Ending {
  readonly #signals: readonly AbortSignal[]
  #listener = () => {}

  constructor(...signals: readonly (AbortSignal | undefined)[]) {
    this.#signals = signals.filter((signal) => signal !== undefined)
  }

  /** @throws the reason of the signal that has been aborted, if one has */
  throwIfEnded(): void {
    for (const signal of this.#signals) signal.throwIfAborted()
  }

  /** @param listener hears the reason, once */
  listen(listener: (reason: unknown) => void): void {
    this.#listener = () => {
      const { reason } = this.#signals.find(({ aborted }) => aborted) ?? {}
      this.stop()
      listener(reason)
    }
    for (const signal of this.#signals) signal.addEventListener('abort', this.#listener)
  }

  /** Hears nothing any more: to be called when the work is over. */
  stop(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#listener)
  }

  /**
   * Waits for work, and not for longer than until the end. The work itself goes on until it looks at
   * {@link throwIfEnded}, with which it has to begin.
   *
   * @throws the reason of the end, at once
   */
  async outlast<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const ended = new Promise<never>((_resolve, reject) => this.listen(reject))
      return await Promise.race([work(), ended])
    } finally {
      this.stop()
    }
  }
}
