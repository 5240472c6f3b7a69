/** All that evaluates policies and grants: loaded when a caller or a policy first needs it. */

export { decide, refusal } from './decide.js'
export { checkLockout } from './lockout.js'
export { checkKeyPolicy, identityPolicy } from './policy-document.js'
export { authorizeRetirement } from './retirement.js'
