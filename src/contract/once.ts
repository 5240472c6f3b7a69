/**
 * Loads something when it is first needed, and keeps it. (`import()` of a module that is loaded already still costs as
 * much as a small signature.) A load that failed is tried again.
 */
export function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loaded: Promise<Loaded> | undefined
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}
