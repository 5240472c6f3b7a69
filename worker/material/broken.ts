/** Breaks two rules on purpose: material knows operations, and imports go in a circle. */
import { builtOperations } from '../operations/table.js'
import type { Again } from './broken-again.js'

export type Broken = Again
export const count = builtOperations.length
