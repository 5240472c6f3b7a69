/** Raw messages to a client port or to the worker itself, by someone who knows Comlink and this protocol well. */
import type { KmsClient } from 'browser-kms'

/** What is sent for one attack; `id` is what the sender recognises answers by. */
type Attack = (id: string) => { readonly message: unknown; readonly transfer?: Transferable[] }

/** Where attacks are sent to, and answers come from. */
type Target = MessagePort | Worker

/** What became of one attack. */
export interface Assault {
  readonly name: string
  /** Why the browser itself would not send it. */
  readonly unsendable?: string
  /** What came back to the attacker, as text. */
  readonly replies: readonly string[]
  /** How many honest calls, made before and right after it, were answered with anything but their own answer. */
  readonly wrongAnswers: number
  /** Milliseconds until all honest calls were answered. */
  readonly duration: number
}

const CODE = 'globalThis.pwned = true; globalThis.postMessage("pwned"); return self'
const raw = (value: unknown) => ({ type: 'RAW', value })

const apply =
  (path: unknown, argumentList: unknown = [raw(CODE)]): Attack =>
  (id) => ({ message: { id, type: 'APPLY', path, argumentList } })
const submit = (batch: unknown): Attack => apply(['submit'], [raw(batch)])
const call = (operation: unknown, input: unknown = {}): Attack =>
  submit({ calls: [[operation, input]], bytes: new ArrayBuffer(64) })
const exactly =
  (message: unknown, transfer?: Transferable[]): Attack =>
  () => ({ message, ...(transfer && { transfer }) })

const MEGABYTES = 10 * 2 ** 20
const long = () => 'x'.repeat(MEGABYTES)
const many = (entry: unknown = 0) => Array.from({ length: 100_000 }, () => entry)
const nested = (depth: number) => {
  let value: unknown = 'core'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}
/** Little to send, and 10^15 values for who walks it. */
const thousandfold = () => {
  let value: unknown = 'laugh'
  for (let level = 0; level < 5; level++) value = Array.from<unknown>({ length: 1000 }).fill(value)
  return value
}
const endless = () => {
  const list: unknown[] = []
  list.length = 2 ** 32 - 1
  return list
}
const cyclic = () => {
  const cycle: Record<string, unknown> = {}
  cycle.self = [cycle]
  return cycle
}
const withPrototype = (value: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`) as unknown
/** The reference of the protocol to bytes in the batch. */
const reference = (offset: bigint, length: bigint) => (offset << 32n) | length

const PROTOTYPE_NAMES = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then', '']

/**
 * Attacks by what they attack. Those of the first four groups are dropped at the gate; the others have the form of a
 * call, and are answered with errors.
 */
const attackGroups: Readonly<Record<string, () => Readonly<Record<string, Attack>>>> = {
  path: () => ({
    'no name': apply([]),
    ...named(
      [...PROTOTYPE_NAMES, 'bind', 'call', 'apply', 'caller', 'arguments', 'postMessage', 'eval', 'Submit'],
      (name) => apply([name]),
    ),
    'the constructor of the constructor': apply(['constructor', 'constructor']),
    'the constructor of the prototype': apply(['__proto__', 'constructor']),
    'the constructor of a method': apply(['submit', 'constructor']),
    'call of a method': apply(['submit', 'call']),
    'a method twice': apply(['submit', 'submit']),
    'a number': apply([0]),
    null: apply([null]),
    'a list in the list': apply([['submit']]),
    'an object': apply([{}]),
    'a String object': apply([Object('submit')]),
    'a text instead of a list': apply('submit'),
    'an object like a list': apply({ 0: 'submit', length: 1 }),
    'a list without entries': apply(Array(1)),
    nothing: apply(undefined),
  }),

  type: () => ({
    ...named(
      ['SET', 'GET', 'CONSTRUCT', 'ENDPOINT', 'apply', 'EVAL', '__proto__', 'constructor', ''],
      (type) => (id) => ({
        message: { id, type, path: ['submit'], value: raw(CODE), argumentList: [raw(CODE)] },
      }),
    ),
    'SET of a global': (id) => ({ message: { id, type: 'SET', path: ['pwned'], value: raw(true) } }),
    'SET of a method': (id) => ({ message: { id, type: 'SET', path: ['collect'], value: raw('pwned') } }),
    'SET of the prototype': (id) => ({ message: { id, type: 'SET', path: ['__proto__', 'pwned'], value: raw(true) } }),
    'GET of everything': (id) => ({ message: { id, type: 'GET', path: [] } }),
    'GET of the constructor': (id) => ({ message: { id, type: 'GET', path: ['constructor', 'constructor'] } }),
    'CONSTRUCT of a function': (id) => ({
      message: { id, type: 'CONSTRUCT', path: ['constructor', 'constructor'], argumentList: [raw(CODE)] },
    }),
    'a number': (id) => ({ message: { id, type: 3, path: ['constructor'], argumentList: [raw(CODE)] } }),
    'a list': (id) => ({ message: { id, type: ['APPLY'], path: ['submit'], argumentList: [raw(CODE)] } }),
    nothing: (id) => ({ message: { id, path: ['submit'], argumentList: [raw(CODE)] } }),
  }),

  argument: () => ({
    'a proxy handler with a port': (id) => {
      const { port1 } = new MessageChannel()
      const argument = { type: 'HANDLER', name: 'proxy', value: port1 }
      return { message: { id, type: 'APPLY', path: ['submit'], argumentList: [argument] }, transfer: [port1] }
    },
    'a throw handler': apply(['submit'], [{ type: 'HANDLER', name: 'throw', value: { isError: false, value: CODE } }]),
    'a handler called constructor': apply(['submit'], [{ type: 'HANDLER', name: 'constructor', value: CODE }]),
    'two of them': apply(['submit'], [raw(1), raw(2)]),
    'a bare value': apply(['submit'], [CODE]),
    null: apply(['submit'], [null]),
    'no list': apply(['submit'], 'submit'),
    'an object like a list': apply(['submit'], { 0: raw(CODE), length: 1 }),
    'a hole': apply(['submit'], Array(1)),
    'no type': apply(['submit'], [{ value: CODE }]),
  }),

  message: () => ({
    null: exactly(null),
    undefined: exactly(undefined),
    'a number': exactly(42),
    'a bigint': exactly(42n),
    'a text': exactly(CODE),
    'a truth': exactly(true),
    'an empty object': exactly({}),
    'a list': exactly(['APPLY', ['constructor']]),
    'a Map': exactly(new Map(Object.entries({ id: 'x', type: 'APPLY', path: ['submit'] }))),
    'a Set': exactly(new Set(['APPLY'])),
    'a Date': exactly(new Date()),
    'an Error': exactly(new Error(CODE)),
    'a regular expression': exactly(/x/),
    'an ArrayBuffer': exactly(new ArrayBuffer(8)),
    'a Uint8Array': exactly(new Uint8Array(8)),
    'a Blob': exactly(new Blob([CODE], { type: 'text/javascript' })),
    'a port': () => {
      const { port1 } = new MessageChannel()
      return { message: port1, transfer: [port1] }
    },
    'a cycle': exactly(cyclic()),
    'without id': exactly({ type: 'APPLY', path: ['submit'], argumentList: [] }),
    'an object for id': exactly({ id: { id: 1 }, type: 'APPLY', path: ['submit'], argumentList: [] }),
    'a number for id': exactly({ id: 7, type: 'APPLY', path: ['submit'], argumentList: [] }),
    'a list for id': exactly({ id: ['x'], type: 'APPLY', path: ['submit'], argumentList: [] }),
    'an id of 10 MB': exactly({ id: long(), type: 'APPLY', path: ['submit'], argumentList: [] }),
    'a path of 10 MB': apply([long()]),
    'a path of 100,000 names': apply(many('constructor')),
    'a path without end': apply(endless()),
    'arguments without end': apply(['submit'], endless()),
    'a type of 10 MB': (id) => ({ message: { id, type: long(), path: ['submit'], argumentList: [] } }),
  }),

  batch: () => ({
    'no argument': apply(['submit'], []),
    ...named(['undefined', 'null', '3', '"submit"', '[]', '{}', '{"calls":null}', '{"calls":{"length":1}}'], (text) =>
      submit(text === 'undefined' ? undefined : JSON.parse(text)),
    ),
    'no buffer': submit({ calls: [] }),
    'a view instead of a buffer': submit({ calls: [], bytes: new Uint8Array(8) }),
    'a cycle': submit(cyclic()),
    'calls in a Map': submit({ calls: new Map(), bytes: new ArrayBuffer(8) }),
    '5,000 calls': submit({ calls: many(['ListKeys', {}]).slice(0, 5000), bytes: new ArrayBuffer(0) }),
    'calls without end': submit({ calls: endless(), bytes: new ArrayBuffer(0) }),
    '100,000 calls': submit({ calls: many(['ListKeys', {}]), bytes: new ArrayBuffer(0) }),
    'calls that are none': submit({
      calls: [null, undefined, 3, 'x', {}, [], ['Encrypt'], ['Encrypt', {}, {}], new Map(), new Date(), Array(2)],
      bytes: new ArrayBuffer(8),
    }),
    ...named(PROTOTYPE_NAMES, (operation) => call(operation)),
    ...named(['encrypt', 'Encrypt ', 'DeleteKey', 'open', 'submit'], (operation) => call(operation)),
    'an operation of 10 MB': call(long()),
    'an operation in a list': call(['Encrypt']),
    'an operation that is an object': call({ toString: 'Encrypt' }),
    'an unknown ticket': apply(['collect'], [raw('00000000-0000-4000-8000-000000000000')]),
    ...named(PROTOTYPE_NAMES, (ticket) => apply(['collect'], [raw(ticket)]), 'the ticket '),
    'no ticket': apply(['collect'], []),
    'an object for a ticket': apply(['collect'], [raw({})]),
  }),

  input: () => {
    const KeyId = '00000000-0000-4000-8000-000000000000'
    const encrypt = (input: object) => call('Encrypt', { KeyId, ...input })
    return {
      null: call('Encrypt', null),
      'a list': call('Encrypt', [KeyId]),
      'a text': call('Encrypt', CODE),
      'a Map': call('Encrypt', new Map([['KeyId', KeyId]])),
      'a reference': call('Encrypt', reference(0n, 8n)),
      'a reference behind the bytes': encrypt({ Plaintext: reference(60n, 8n) }),
      'a reference far behind the bytes': encrypt({ Plaintext: reference(2n ** 31n, 8n) }),
      'a reference before the bytes': encrypt({ Plaintext: reference(-8n, 8n) }),
      'a negative reference': encrypt({ Plaintext: -1n }),
      'an immense reference': encrypt({ Plaintext: 2n ** 4000n }),
      'a length beyond the bytes': encrypt({ Plaintext: reference(0n, 2n ** 32n - 1n) }),
      'references for texts': call('Encrypt', { KeyId: reference(0n, 8n), Plaintext: reference(0n, 8n) }),
      'a prototype': call('CreateKey', withPrototype({ Description: 'pwned', pwned: true })),
      'a prototype in the context': encrypt({
        Plaintext: reference(0n, 8n),
        EncryptionContext: withPrototype({ a: 1 }),
      }),
      'a prototype with bytes': call(
        'CreateKey',
        Object.defineProperty({}, '__proto__', { value: 8n, enumerable: true }),
      ),
      'members of the prototype': call('CreateKey', { constructor: 'x', toString: 'x', hasOwnProperty: 'x' }),
      'what looks like an accessor': encrypt({ Plaintext: { get: CODE, value: 1, enumerable: true } }),
      'what looks like a promise': encrypt(Object.fromEntries([['then', CODE]])),
      'a cycle': call('CreateKey', cyclic()),
      'a cycle in a list': call('TagResource', { KeyId, Tags: [cyclic()] }),
      'a Date that is none': call('CreateKey', { Description: new Date(Number.NaN) }),
      'a key id of 10 MB': call('DescribeKey', { KeyId: long() }),
      'a description of 10 MB': call('CreateKey', { Description: long() }),
      'a policy of 10 MB': call('CreateKey', { Policy: long() }),
      'a context of 10 MB': encrypt({ Plaintext: reference(0n, 8n), EncryptionContext: { note: long() } }),
      'a member of 10 MB': call('CreateKey', { [long()]: 1 }),
      '10 MB of bytes beside the buffer': encrypt({ Plaintext: new Uint8Array(MEGABYTES) }),
      'a String object of 10 MB': call('DescribeKey', { KeyId: Object(long()) }),
      'a list of 100,000': call('TagResource', { KeyId, Tags: many() }),
      'a list without end': call('TagResource', { KeyId, Tags: endless() }),
      'an input without end': call('TagResource', endless()),
      '100,000 members': call('CreateKey', Object.fromEntries(many().map((_, index) => [`member ${index}`, 1]))),
      '100,000 pairs of context': encrypt({
        Plaintext: reference(0n, 8n),
        EncryptionContext: Object.fromEntries(many().map((_, index) => [`pair ${index}`, ''])),
      }),
      'lists in lists, a thousand each': call('CreateKey', { Tags: thousandfold() }),
      'nesting of 1,000': call('CreateKey', { Tags: nested(1000) }),
      'nesting of 10,000': call('CreateKey', { Tags: nested(10_000) }),
    }
  },

  sharing,
}

/**
 * What is shared in a message is sent once, and met again by who reads it: little to send, and gigabytes to whoever repeats
 * each.
 */
function sharing(): Readonly<Record<string, Attack>> {
  const KeyId = '00000000-0000-4000-8000-000000000000'
  const megabyte = 'x'.repeat(2 ** 20)
  const copies = <Entry>(count: number, entry: Entry) => Array.from<Entry>({ length: count }).fill(entry)
  const calls = (count: number, operation: string, input: unknown) =>
    submit({ calls: copies(count, [operation, input]), bytes: new ArrayBuffer(64) })
  const context = { Plaintext: reference(0n, 8n), EncryptionContext: { note: long() } }
  return {
    'a text of 1 MB in 25,600 tags': call('TagResource', {
      KeyId,
      Tags: copies(25_600, { TagKey: megabyte, TagValue: megabyte }),
    }),
    'a text of 1 MB in 25,600 names of tags': call('UntagResource', { KeyId, TagKeys: copies(25_600, megabyte) }),
    'a text of 100,000 characters in 16,000 grant tokens': call('DescribeKey', {
      KeyId,
      GrantTokens: copies(16_000, 'x'.repeat(100_000)),
    }),
    'a tag of 2 MB': call('TagResource', { KeyId, Tags: [{ TagKey: 'a', TagValue: megabyte + megabyte }] }),
    'a key id of 1 MB in 256 calls': calls(256, 'DescribeKey', { KeyId: megabyte }),
    'a key id of 200,000 characters in 256 calls': calls(256, 'DescribeKey', { KeyId: 'x'.repeat(200_000) }),
    'a context of 10 MB in 256 calls': calls(256, 'Encrypt', { KeyId, ...context }),
    'a context of 10 MB in 4,096 calls': calls(4096, 'Encrypt', { KeyId, ...context }),
    'a policy of 131,072 characters in 256 calls': calls(256, 'CreateKey', { Policy: 'x'.repeat(131_072) }),
    'a description of 8,192 characters in 256 calls': calls(256, 'UpdateKeyDescription', {
      KeyId,
      Description: 'x'.repeat(8192),
    }),
    'an operation of 1 MB in 256 calls': calls(256, megabyte, {}),
    'a list of 16,000 in 256 calls': calls(256, 'UntagResource', { KeyId, TagKeys: copies(16_000, '') }),
    'a call in 4,096': calls(4096, 'ListKeys', {}),
  }
}

/**
 * Sends every attack of a group, one after the other, while honest calls go on beside them.
 *
 * @param target where the attacks go
 * @param kms an honest client, whose connection may be the same
 * @param keyId a key that the honest client uses
 */
export async function besiege(group: string, target: Target, kms: KmsClient, keyId: string): Promise<Assault[]> {
  const replies = new Map<string, string[]>()
  const listen = (event: Event) => {
    const { data } = event as MessageEvent
    const id = (data as { id?: unknown } | undefined)?.id
    if (typeof id === 'string' && replies.has(id)) replies.get(id)?.push(textOf(data))
    else if (data === 'pwned') throw new Error('pwned')
  }
  target.addEventListener('message', listen)
  const assaults: Assault[] = []
  for (const [name, attack] of Object.entries(attackGroups[group]?.() ?? {})) {
    const id = `attack ${crypto.randomUUID()}`
    const received: string[] = []
    replies.set(id, received)
    const started = performance.now()
    const before = honestCalls(kms, keyId)
    let unsendable: string | undefined
    try {
      const { message, transfer = [] } = attack(id)
      target.postMessage(message, transfer)
    } catch (error) {
      unsendable = (error as Error).name
    }
    const wrong = await Promise.all([before, honestCalls(kms, keyId)])
    const duration = performance.now() - started
    const wrongAnswers = wrong[0] + wrong[1]
    assaults.push({ name, replies: received, wrongAnswers, duration, ...(unsendable && { unsendable }) })
  }
  return assaults
}

/**
 * Makes one call by a raw message.
 *
 * @returns the name of the error, or the result as text
 */
export function ask(target: Target, method: string, argument: unknown): Promise<string> {
  const id = `ask ${crypto.randomUUID()}`
  return new Promise((resolve) => {
    const listen = (event: Event) => {
      const { data } = event as MessageEvent
      if (data?.id !== id) return
      target.removeEventListener('message', listen)
      const { value } = data
      resolve(value?.error?.name ?? value?.value?.name ?? textOf(value?.result))
    }
    target.addEventListener('message', listen)
    target.postMessage({ id, type: 'APPLY', path: [method], argumentList: [raw(argument)] })
  })
}

let honest = 0

/** @returns how many of ten honest calls got an answer that is not theirs */
async function honestCalls(kms: KmsClient, keyId: string): Promise<number> {
  const outcomes = Array.from({ length: 10 }, async () => {
    const text = `honest call ${honest++}`
    const Plaintext = new TextEncoder().encode(text)
    const EncryptionContext = { text }
    const { CiphertextBlob } = await kms.encrypt({ KeyId: keyId, Plaintext, EncryptionContext })
    const answer = await kms.decrypt({ CiphertextBlob, EncryptionContext })
    return new TextDecoder().decode(answer.Plaintext) === text
  })
  return (await Promise.all(outcomes)).filter((isRight) => !isRight).length
}

function named(names: readonly string[], make: (name: string) => Attack, prefix = ''): Record<string, Attack> {
  return Object.fromEntries(names.map((name) => [`${prefix}'${name}'`, make(name)]))
}

/** A reply as text, without the bytes. */
function textOf(reply: unknown): string {
  return JSON.stringify(reply, (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? value.slice(0, 300) : value,
  ).slice(0, 3000)
}
