/** The account and the Region of the page's vault, as the ARNs of its keys name them. */
export const ACCOUNT_ID = '000000000000'
export const REGION = 'browser-local-1'
