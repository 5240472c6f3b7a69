/**
 * Bytes of a message that are worked on where it is: starting a worker takes longer, and the page does not notice them. In a
 * file of its own for who has no data workers, and does not load them: the HSM.
 */
export const HERE_UP_TO = 1_048_576
