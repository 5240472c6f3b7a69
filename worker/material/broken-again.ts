import type { Broken } from './broken.js'

export type Again = readonly Broken[]
