// The commands that the README tells a newcomer to type, as CI runs them: read from it, so that they cannot drift apart.
//
//   node scripts/readme-commands.mjs start    prints the one that starts the demo
//   node scripts/readme-commands.mjs test     prints the one that runs the tests
//   node scripts/readme-commands.mjs address  prints where the README says that the demo answers
import { readFile } from 'node:fs/promises'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const [, block] = /\n## Two commands\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? []
const lines = (block ?? '').trim().split('\n')
const [wanted] = process.argv.slice(2)

/** Without the comment at its end. */
const commandOf = (script) =>
  lines.map((line) => line.replace(/\s+#.*/, '')).find((line) => line.endsWith(`npm ${script}`))
const answers = {
  start: commandOf('start'),
  test: commandOf('test'),
  address: /http:\/\/localhost:\d+/.exec(block ?? '')?.[0],
}
if (!answers[wanted] || lines.length !== 2) {
  console.error(`The README has no two commands with ${wanted} among them.`)
  process.exit(1)
}
console.log(answers[wanted])
