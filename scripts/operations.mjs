/** `npm run operations`: which operations of the AWS KMS API are built, and which are to come. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const load = async (file) => {
  const { module } = await runnerImport(fileURLToPath(new URL(`../${file}`, import.meta.url)), { configFile: false })
  return module
}
const { operations } = await load('src/contract/model.ts')
const { builtOperations } = await load('worker/operations/table.ts')

const names = Object.keys(operations).sort()
const isBuilt = (name) => builtOperations.includes(name)
const print = (title, list) => console.log(`${title} (${list.length})\n${list.map((name) => `  ${name}\n`).join('')}`)

print('Built', names.filter(isBuilt))
print(
  'To come, answered with UnsupportedOperationException',
  names.filter((name) => !isBuilt(name)),
)
console.log(`${names.filter(isBuilt).length} of ${names.length} operations of AWS KMS are built.`)
