/** Where the file of the data worker is, where nobody says. */
import { expect, test } from 'vitest'
import { dataWorkersBeside } from '../../../src/envelope/data-workers/beside.js'

const base = 'https://app.example/notes/page.html'

test.each([
  ['/static/kms/hsm.js', 'https://app.example/static/kms/data-worker.js'],
  ['hsm.js', 'https://app.example/notes/data-worker.js'],
  ['../kms/hsm.js?v=0.1.0', 'https://app.example/kms/data-worker.js?v=0.1.0'],
  ['https://cdn.example/hsm.js', 'https://cdn.example/data-worker.js'],
  [new URL('https://app.example/kms/hsm.js#top'), 'https://app.example/kms/data-worker.js'],
])('%s has it beside it', (hsm, url) => {
  expect(dataWorkersBeside(hsm, base)).toEqual({ url })
})

test.each([
  ['a worker file of the application’s own', '/static/worker.js'],
  ['a file that a bundler has named', '/assets/hsm-DyTJ2gvC.js'],
  ['another file whose name ends alike', '/static/my-hsm.js'],
  ['a Worker', { postMessage: () => {} }],
  ['nothing', undefined],
])('%s says nothing of it', (_name, hsm) => {
  expect(dataWorkersBeside(hsm, base)).toBeUndefined()
})
