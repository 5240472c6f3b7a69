// `npm start`: builds the demo page and serves it on this computer.
//
//   --no-open   do not open a browser
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { serve } from './serve.mjs'

const FIRST_PORT = 4173
const LAST_PORT = 4273

await build({ configFile: fileURLToPath(new URL('../vite.demo.config.ts', import.meta.url)), logLevel: 'warn' })
const { url, close } = await serveOnFreePort(fileURLToPath(new URL('../dist/demo', import.meta.url)))
console.log(`\n  browser-kms is at ${url}\n  Press Ctrl-C to stop.\n`)
if (!process.argv.includes('--no-open') && !process.env.CI && hasDisplay()) openBrowser(url)

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    close().then(() => process.exit(0))
  })

async function serveOnFreePort(directory) {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    try {
      return await serve({ directory, port })
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error
    }
  }
  throw new Error(`No free port from ${FIRST_PORT} to ${LAST_PORT}.`)
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function openBrowser(address) {
  const [command, ...parameters] = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', ''],
  }[process.platform] ?? ['xdg-open']
  // Whoever has no such command can still click on the address.
  spawn(command, [...parameters, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
