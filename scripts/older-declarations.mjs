/**
 * The last step of `npm run build`: declarations for compilers older than TypeScript 5.7, to which `Uint8Array` has no
 * parameter. What is written out in `src/` says `Bytes`; what the compiler has inferred says it by this.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const types = fileURLToPath(new URL('../dist/lib/types', import.meta.url))
for (const file of await readdir(types, { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue
  const path = join(types, file)
  const text = await readFile(path, 'utf8')
  const older = text.replaceAll('Uint8Array<ArrayBuffer>', 'ReturnType<typeof Uint8Array.of>')
  if (older !== text) await writeFile(path, older)
}
