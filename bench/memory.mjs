import { readFile } from 'node:fs/promises'

/** Bytes by which the renderers' memory grew at most while something ran; Linux only. */
export async function memoryGrowth(browser, run) {
  const session = await browser.newBrowserCDPSession()
  const resident = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentSize(id))
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  }
  const before = await resident()
  let highest = before
  let isRunning = true
  const sampling = (async () => {
    while (isRunning) {
      highest = Math.max(highest, await resident())
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  await run()
  isRunning = false
  await sampling
  await session.detach()
  return highest - before
}

async function residentSize(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
}
