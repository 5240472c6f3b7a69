/** Builds and packs the package, as it is published, for the applications of the tests beside this file. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { root, tarball, tools } from './fixtures/application.js'

const run = promisify(execFile)
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

// Tools are installed once for each lock file, over the network.
test.setTimeout(480_000)

test('the package is built and packed, with what its exports name and none of the sources', async () => {
  await run(npm, ['run', 'build'], { cwd: root })
  await rm(tarball, { force: true })
  await mkdir(dirname(tarball), { recursive: true })
  const { stdout } = await run(npm, ['pack', '--json', '--ignore-scripts', '--pack-destination', dirname(tarball)], {
    cwd: root,
  })
  const packed: readonly { files: readonly { path: string }[] }[] = Object.values(JSON.parse(stdout))
  const files = packed.flatMap(({ files }) => files.map(({ path }) => path))
  const { default: packageJson } = await import('../../../package.json', { with: { type: 'json' } })
  const named = JSON.stringify([packageJson.exports, packageJson.alias, packageJson.typesVersions]).matchAll(
    /"\.\/(dist[^"]+)"/g,
  )
  for (const [, file] of named) expect(files).toContain(file)
  expect(files.filter((file) => !file.startsWith('dist/lib/')).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
  ])
})

test('the tools of applications are installed: exactly those of the lock file', async () => {
  const done = join(tools, 'node_modules/.package-lock.json')
  if (!existsSync(done)) {
    await rm(tools, { recursive: true, force: true })
    await mkdir(tools, { recursive: true })
    for (const file of ['package.json', 'package-lock.json'])
      await copyFile(join(root, 'test/e2e/package/tools', file), join(tools, file))
    await run(npm, ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: tools })
  }
  expect(existsSync(done)).toBe(true)
})
