/** ARCHITECTURE.md is true: its paths exist, it names every room, and its order of rooms is the linter's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const text = read('ARCHITECTURE.md')

const unique = (values: readonly string[]) => [...new Set(values)]
const first = (pattern: RegExp) => unique([...text.matchAll(pattern)].map(([, group]) => group as string))

const links = first(/\]\(([^)]+)\)/g).filter((target) => !/^[a-z]+:/.test(target))
/** What stands in backticks and is written like a path: `src/`, `src/index.ts`, but neither `@aws-sdk/…` nor `vault.kms`. */
const paths = first(/`([\w.-]+\/[\w./-]*|[\w.-]+\.(?:ts|tsx|mjs|json|md))`/g)

test('it has links, and paths of the page, the worker, the console and the tests', () => {
  expect(links).not.toEqual([])
  for (const folder of ['src', 'worker', 'demo', 'test'])
    expect(paths.filter((path) => path.startsWith(`${folder}/`))).not.toEqual([])
})

test.each(links)('the link to %s leads somewhere', (target) => {
  const [path, anchor] = target.split('#') as [string, string?]
  expect(path === '' || existsSync(new URL(path, root))).toBe(true)
  if (anchor === undefined) return
  const headings = [...(path === '' ? text : read(path)).matchAll(/^#+ (.*)$/gm)].map(
    ([, heading]) => heading as string,
  )
  expect(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  ).toContain(anchor)
})

test.each(paths)('there is %s', (path) => {
  expect(existsSync(new URL(path, root))).toBe(true)
})

/** Rooms top to bottom, those that stand beside each other in one row: the first column of its tables. */
function rowsOf(house: string): readonly (readonly string[])[] {
  const rows = [...text.matchAll(/^\| ((?:`[\w./-]+`(?:, )?)+) \|/gm)].map(([, cell]) =>
    [...(cell as string).matchAll(/`([^`]+)`/g)].map(([, path]) => path as string),
  )
  return rows
    .filter((row) => row.some((path) => path.startsWith(`${house}/`)))
    .map((row) => row.map((path) => path.slice(house.length + 1, -1)))
}

interface Override {
  readonly includes: readonly string[]
  readonly linter: {
    readonly rules: {
      readonly style: {
        readonly noRestrictedImports: {
          readonly level: string
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] }
        }
      }
    }
  }
}
const { overrides } = JSON.parse(read('biome.rooms.json')) as { readonly overrides: readonly Override[] }

/** What the linter forbids a room to import. Where several rules are for a room, the last one holds. */
function forbidden(house: string, room: string): readonly string[] {
  const rule = overrides.findLast(({ includes }) => includes.includes(`${house}/${room}/**`))
  const { level, options } = rule?.linter.rules.style.noRestrictedImports ?? {
    level: 'error',
    options: { patterns: [] },
  }
  expect(level).toBe('error')
  return options.patterns.flatMap(({ group }) => group)
}

test('the linter reads the rules of the rooms', () => {
  expect((JSON.parse(read('biome.json')) as { extends?: string[] }).extends).toEqual(['./biome.rooms.json'])
})

describe.each(['src', 'worker'])('the rooms of %s', (house) => {
  const rows = rowsOf(house)
  const rooms = rows.flat()

  test('are its folders, each named once', () => {
    const folders = readdirSync(new URL(`${house}/`, root), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect([...rooms].sort()).toEqual(folders.map(({ name }) => name).sort())
  })

  test.each(rooms)('%s may not import from those above and beside it, and may from those below', (room) => {
    const at = rows.findIndex((row) => row.includes(room))
    const above = rows.slice(0, at).flat()
    const beside = (rows[at] ?? []).filter((other) => other !== room)
    const rules = forbidden(house, room)
    expect(rooms.filter((other) => rules.includes(`**/${other}/**`)).sort()).toEqual([...above, ...beside].sort())
  })

  /** What a room has of the other house beside the contract: ARCHITECTURE.md says why. */
  const shared: Readonly<Record<string, readonly string[]>> = { 'worker/recovery': ['envelope'] }

  test.each(rooms)('%s does not import from the other house, but for the contract', (room) => {
    const rules = [
      ...forbidden(house, room),
      ...overrides
        .filter(({ includes }) => includes.includes(`${house}/**`))
        .filter(() => !overrides.some(({ includes }) => includes.includes(`${house}/${room}/**`)))
        .flatMap(({ linter }) => linter.rules.style.noRestrictedImports.options.patterns.flatMap(({ group }) => group)),
    ]
    const others =
      house === 'src'
        ? ['**/worker/**']
        : rowsOf('src')
            .flat()
            .filter((other) => other !== 'contract' && !shared[`${house}/${room}`]?.includes(other))
            .map((other) => `**/src/${other}/**`)
    expect(rules).toEqual(expect.arrayContaining(others))
  })
})
