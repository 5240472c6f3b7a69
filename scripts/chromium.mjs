/**
 * The Chromium of the tests and benchmarks: one named in the environment, Playwright's own, or the system's; where there
 * is none, `ensureChromium` installs one.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { isExecutable, namedInEnvironment, onPath } from './executables.mjs'

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const INSTALL_SECONDS = 300

const isRoot = process.getuid?.() === 0

/** The flags that a Chromium of the tests is started with. */
export function chromiumArguments() {
  return [
    // As root, which CI often is, Chromium does not start with its sandbox.
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
}

/**
 * Path of a Chromium that is there; undefined if there is none.
 *
 * @throws if the environment names one that is not there
 */
export function findChromium() {
  const named = namedInEnvironment('KMS_CHROMIUM', 'CHROME_PATH', 'PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH')
  return (
    named ??
    [playwrightsOwn(), ...onPath(COMMANDS), ...usualPlaces()].find((path) => path !== undefined && isExecutable(path))
  )
}

/**
 * Path of a Chromium, which is installed if there is none: by Playwright, or as root on Debian by apt-get. With
 * KMS_NO_INSTALL set, nothing is installed.
 *
 * @throws if none can be had
 */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  if (!process.env.KMS_NO_INSTALL)
    for (const install of [installWithPlaywright, installWithApt]) {
      install()
      const installed = findChromium()
      if (installed) return installed
    }
  throw new Error('There is no Chromium: install Chromium or Google Chrome, or name one in KMS_CHROMIUM.')
}

function installWithPlaywright() {
  if (process.env.PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD) return
  run('npx', ['playwright', 'install', 'chromium'])
}

function installWithApt() {
  if (!isRoot || !existsSync('/etc/debian_version')) return
  run('apt-get', ['update'])
  run('apt-get', ['install', '-y', 'chromium'])
}

function run(command, parameters) {
  console.log(`No Chromium yet. Trying: ${command} ${parameters.join(' ')}`)
  spawnSync(command, parameters, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: INSTALL_SECONDS * 1000,
    shell: process.platform === 'win32',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

function playwrightsOwn() {
  try {
    return chromium.executablePath()
  } catch {
    return undefined
  }
}

function usualPlaces() {
  switch (process.platform) {
    case 'darwin':
      return ['Chromium', 'Google Chrome', 'Microsoft Edge'].flatMap((name) =>
        ['/Applications', join(homedir(), 'Applications')].map((folder) =>
          join(folder, `${name}.app/Contents/MacOS/${name}`),
        ),
      )
    case 'win32':
      return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
        .map((name) => process.env[name])
        .filter(Boolean)
        .flatMap((folder) => [
          join(folder, 'Google/Chrome/Application/chrome.exe'),
          join(folder, 'Chromium/Application/chrome.exe'),
          join(folder, 'Microsoft/Edge/Application/msedge.exe'),
        ])
    default:
      return ['/snap/bin/chromium', '/usr/lib/chromium/chromium', '/opt/google/chrome/chrome']
  }
}
