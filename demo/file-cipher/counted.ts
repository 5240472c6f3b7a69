/** Lets bytes through as they are, and tells how many have passed. */
export function counted(onBytes: (total: number) => void): TransformStream<Uint8Array, Uint8Array> {
  let total = 0
  return new TransformStream({
    transform(piece, controller) {
      total += piece.byteLength
      controller.enqueue(piece)
      onBytes(total)
    },
  })
}
