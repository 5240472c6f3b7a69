/** The `Resource` and `NotResource` of a statement (POL-41, AUTHZ-3, AUTHZ-27). */
import { operators, type Test } from './operators.js'
import { arnMatcherOf } from './patterns.js'
import type { ConditionValues, Effect, Resources } from './policy.js'
import { templateOf } from './template.js'

interface ResourceReading {
  readonly effect: Effect
  readonly resolvesVariables: boolean
  /** `NotResource`: all but these. */
  readonly isExcept: boolean
}

interface CompiledResource {
  readonly variables: readonly string[]
  /** @returns undefined if it means nothing: a variable that cannot be resolved, or no ARN */
  readonly testFor: (values: ConditionValues) => Test | undefined
}

/** Compiles ARNs. If one of them means nothing, an Allow is for no resource, and a Deny for each. */
export function compileResources(
  texts: readonly string[],
  { effect, resolvesVariables, isExcept }: ResourceReading,
): Resources {
  const compiled = texts.map((text) => compileResource(text, resolvesVariables))
  return {
    keys: compiled.flatMap(({ variables }) => variables),
    include(arn, values) {
      const tests = compiled.map(({ testFor }) => testFor(values))
      if (tests.includes(undefined)) return effect === 'Deny'
      return tests.some((test) => test?.(arn)) !== isExcept
    },
  }
}

function compileResource(text: string, resolvesVariables: boolean): CompiledResource {
  if (!resolvesVariables || !text.includes('${')) {
    const test = arnMatcherOf(text)
    return { variables: [], testFor: () => test }
  }
  const { variables, fill } = templateOf(text, 'behindFifthColon')
  return {
    variables,
    testFor(values) {
      const value = fill(values)
      return value && operators.get('arnlike')?.test(value)
    },
  }
}
