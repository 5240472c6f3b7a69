/** Works on a few things at a time, and passes their results on in the order in which they were begun. */
export class InOrder<Result> {
  readonly #depth: () => number
  readonly #pass: (result: Result) => void
  readonly #fail: (reason: unknown) => void
  readonly #drop: (result: Result) => void
  readonly #underWay = new Set<Promise<void>>()
  #last: Promise<void> = Promise.resolve()

  /**
   * @param depth how many may be under way
   * @param pass gets the results, as soon as they are there
   * @param fail hears of a failure at once; whoever adds more or settles is told in any case
   * @param drop gets the results that are not passed on, because one before them has failed
   */
  constructor(
    depth: () => number,
    pass: (result: Result) => void,
    fail: (reason: unknown) => void = () => {},
    drop: (result: Result) => void = () => {},
  ) {
    this.#depth = depth
    this.#pass = pass
    this.#fail = fail
    this.#drop = drop
  }

  /** How many are under way. */
  get size(): number {
    return this.#underWay.size
  }

  /**
   * Adds work that has been begun; waits while there is too much of it.
   *
   * @throws what any work before it has failed with
   */
  async add(work: Promise<Result>): Promise<void> {
    this.#last.catch(() => work.then(this.#drop, () => {}))
    const passed = Promise.all([work, this.#last])
      .then(([result]) => this.#pass(result))
      .finally(() => this.#underWay.delete(passed))
    passed.catch(this.#fail)
    this.#underWay.add(passed)
    this.#last = passed
    while (this.#underWay.size >= this.#depth()) await this.#underWay.values().next().value
  }

  /** Waits for all that is under way. @throws what any work has failed with */
  async settle(): Promise<void> {
    await this.#last
  }
}
