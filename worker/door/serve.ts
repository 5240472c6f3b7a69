/** The HSM itself, which `serveVault` loads. */
import { expose } from 'comlink'
import { controlServiceMethods } from '../../src/contract/control.js'
import { type ServeOptions, VaultControl } from './control-service.js'
import { type GuardedPort, guard } from './gate.js'

export function serve(options: ServeOptions): void {
  const scope = globalThis as unknown as GuardedPort
  expose(new VaultControl(options), guard(scope, controlServiceMethods))
}
