/** A worker whose clock goes ahead of the real one, by the milliseconds in its name until it is told others. */
import { serveVault } from 'browser-kms/worker'

let ahead = Number(self.name)
const clocks = new BroadcastChannel('clocks')
clocks.addEventListener('message', ({ data }: MessageEvent<{ ahead?: number }>) => {
  if (data.ahead === undefined) return
  ahead = data.ahead
  clocks.postMessage({ set: ahead })
})

serveVault({ now: () => Date.now() + ahead })
