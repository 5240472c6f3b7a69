/**
 * A reporter for `npm test`: what became of the tests, as one file of JSON, whose path is in the environment. Vitest's own
 * tells a stack where a test timed out, and nothing of errors that belong to no test.
 */
import { writeFile } from 'node:fs/promises'

export default class VitestReport {
  async onTestRunEnd(modules, unhandledErrors) {
    const files = modules.map((module) => {
      const tests = [...module.children.allTests()]
      const inState = (...states) => tests.filter((test) => states.includes(test.result().state))
      // What never ended has not passed.
      const failures = inState('failed', 'pending').map((test) => ({
        titles: titlesOf(test),
        errors: messagesOf(test.result().errors),
      }))
      // A file or a group that fails outside of its tests has failed too.
      for (const suite of [module, ...module.children.allSuites()])
        if (suite.errors().length > 0) failures.push({ titles: titlesOf(suite), errors: messagesOf(suite.errors()) })
      if (!module.ok() && failures.length === 0) failures.push({ titles: [], errors: [] })
      return {
        file: module.moduleId,
        passed: inState('passed').length,
        skipped: inState('skipped').length,
        failures,
      }
    })
    const errors = messagesOf(unhandledErrors)
    await writeFile(process.env.KMS_VITEST_REPORT, JSON.stringify({ files, errors }))
  }
}

/** From the outermost group to the test; nothing for a file. */
function titlesOf(entity) {
  return entity.type === 'module' ? [] : [...titlesOf(entity.parent), entity.name]
}

function messagesOf(errors = []) {
  return errors.map(({ name, message }) => `${name}: ${message}`)
}
