/** The table of a message that applications without automatic backups do not need (REC-26). */
import { mapOf, optional, structure, wholeNumber } from './reader.js'

/** Reads `ChangeCounts`. */
export const changeCounts = mapOf(wholeNumber({}), { most: 1000, longestName: 64 })
/** Reads `ChangesMessage`. */
export const changesMessage = structure({ known: optional(changeCounts) })
