/** Comlink's proxies as plain functions: a bundler may call them in any way that functions can be called. */
import { expose } from 'comlink'
import { afterEach, expect, test } from 'vitest'
import { releaseProxy, remoteOf } from '../../../src/client/remote.js'

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

function remote() {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const service = { double: async (value: number) => 2 * value, nothing: () => 'nothing' }
  expose(service, port1)
  return remoteOf<typeof service>(port2, ['double', 'nothing'])
}

test.each<[way: string, call: (service: ReturnType<typeof remote>) => Promise<unknown>, answer: unknown]>([
  ['as a method', (service) => service.double(3), 6],
  ['as a function', ({ double }) => double(3), 6],
  // What bundlers make of `this.#double(3)` for engines without private fields.
  ['by call', ({ double }) => double.call({}, 3), 6],
  ['by apply', ({ double }) => double.apply({}, [3]), 6],
  ['bound', ({ double }) => double.bind({}, 3)(), 6],
  ['without arguments', ({ nothing }) => nothing.call(undefined), 'nothing'],
])('%s', async (_way, call, answer) => {
  expect(await call(remote())).toBe(answer)
})

test('there are the methods of the service and nothing else: it is no promise, and has no constructor of the other side', () => {
  const service = remote()
  expect(Reflect.ownKeys(service)).toEqual(['double', 'nothing', releaseProxy])
  expect('then' in service).toBe(false)
  expect(service.constructor).toBe(Object)
})
