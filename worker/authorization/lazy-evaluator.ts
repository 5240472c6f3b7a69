/**
 * The evaluator, which the account root on keys with the default policy never needs. Nothing but the database can be
 * waited for inside a transaction: who needs the evaluator there before it is loaded throws, and is taken up again.
 */
import { once } from '../../src/contract/once.js'

type Evaluator = typeof import('./evaluator.js')

let loaded: Evaluator | undefined

export const loadEvaluator = once(async () => {
  loaded = await import('./evaluator.js')
  return loaded
})

/** @throws {@link EvaluatorNotLoaded} */
export function evaluator(): Evaluator {
  if (!loaded) throw new EvaluatorNotLoaded('the evaluator is not loaded yet')
  return loaded
}

export class EvaluatorNotLoaded extends Error {}
