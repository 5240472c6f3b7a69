/** Asks for storage that is not evicted (SEC-20). Firefox asks the user; nothing waits for the answer. */
export async function requestPersistence(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false
  } catch {
    return false
  }
}
