/**
 * The bytes of buffers and views, by what they are and not by what they say of themselves: a member of an object's own, or
 * of its class, could name another buffer or another length. The getters of the language work for the objects of every
 * window, and throw for all that is not of their kind.
 */
const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype)
const typedArray = {
  /** `Uint8Array` and so on; of what is no typed array, nothing. */
  kind: getter<string | undefined>(typedArrayPrototype, Symbol.toStringTag),
  ...placeGetters(typedArrayPrototype),
}
const dataView = placeGetters(DataView.prototype)
const lengthOfArrayBuffer = getter<number>(ArrayBuffer.prototype, 'byteLength')
/** Pages that are not isolated from others have no name for it. */
const lengthOfSharedMemory =
  globalThis.SharedArrayBuffer && getter<number>(globalThis.SharedArrayBuffer.prototype, 'byteLength')

function placeGetters(prototype: object) {
  return {
    buffer: getter<ArrayBufferLike>(prototype, 'buffer'),
    byteOffset: getter<number>(prototype, 'byteOffset'),
    byteLength: getter<number>(prototype, 'byteLength'),
  }
}

function getter<Value>(prototype: object, name: string | symbol): (of: unknown) => Value {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
  return (of) => get?.call(of) as Value
}

/** An `ArrayBuffer`, of whichever window. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return works(() => lengthOfArrayBuffer(value))
}

/** An `ArrayBuffer`, a `SharedArrayBuffer`, or a view of one. */
export function isBufferSource(value: unknown): value is ArrayBufferLike | ArrayBufferView {
  return (
    ArrayBuffer.isView(value) ||
    isArrayBuffer(value) ||
    (lengthOfSharedMemory !== undefined && works(() => lengthOfSharedMemory(value)))
  )
}

/**
 * The bytes themselves; of shared memory, where others write at any time, a copy.
 *
 * @throws {TypeError} if they are gone: the buffer is detached, or has become too short for the view
 */
export function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  const bytes = ArrayBuffer.isView(source) ? bytesOfView(source) : new Uint8Array(source)
  return isArrayBuffer(bytes.buffer) ? bytes : new Uint8Array(bytes)
}

function bytesOfView(view: ArrayBufferView): Uint8Array {
  const isTypedArray = typedArray.kind(view) !== undefined
  // The getters of a typed array that has lost its bytes say that it has none; its methods throw.
  if (isTypedArray) Uint8Array.prototype.keys.call(view as Uint8Array)
  const { buffer, byteOffset, byteLength } = isTypedArray ? typedArray : dataView
  return new Uint8Array(buffer(view), byteOffset(view), byteLength(view))
}

function works(look: () => unknown): boolean {
  try {
    look()
    return true
  } catch {
    return false
  }
}
