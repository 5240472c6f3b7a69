import { keyIdentifier } from '../contract/control.js'
import { listOf, optional, type Reader, structure, wholeNumber } from '../contract/reader.js'
import type { EnvelopeOptions } from './envelope.js'
import { dataWorkers } from './options.js'

/** Reads {@link EnvelopeOptions}. */
export const envelopeOptions: Reader<EnvelopeOptions> = structure({
  alsoDecryptsWith: optional(listOf(keyIdentifier, { most: 100 })),
  // By the message format, a number of 32 bits.
  frameLength: optional(wholeNumber({ min: 1, max: 0xffffffff })),
  dataWorkers: optional(dataWorkers),
})
