/**
 * Comlink's proxies, in one place. A proxy answers to every name, so that `proxy.call(that, value)` does not call it: it
 * asks the other side for a method `call`. That is what bundlers make of `this.#submit(value)` where they lower code below
 * ES2022, and nobody answers. What leaves this file are plain functions.
 */
import { type Endpoint, releaseProxy, wrap } from 'comlink'

export { releaseProxy } from 'comlink'

/** The methods of the other side as plain functions. */
export type Remote<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...given: infer Given) => infer Result
    ? (...given: Given) => Promise<Awaited<Result>>
    : never
} & {
  /** Gives the endpoint up. What has no answer yet never gets one. */
  readonly [releaseProxy]: () => void
}

type Method = (...given: unknown[]) => Promise<unknown>

/**
 * @param endpoint a worker, or a port
 * @param methods of the service that the other side exposes
 */
export function remoteOf<Service>(endpoint: Endpoint, methods: readonly (keyof Service & string)[]): Remote<Service> {
  const proxy = wrap(endpoint) as unknown as Readonly<Record<string, Method>> & { readonly [releaseProxy]: () => void }
  const release = proxy[releaseProxy]
  const plain = methods.map((name) => {
    // Comlink makes and registers a proxy for every look at a member: once will do.
    const method = proxy[name] as Method
    return [name, (...given: unknown[]) => Reflect.apply(method, undefined, given)] as const
  })
  // The names are those of the service.
  return { ...Object.fromEntries(plain), [releaseProxy]: release } as unknown as Remote<Service>
}
