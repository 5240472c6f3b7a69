/**
 * `browser-kms/aws`: lets clients of AWS KMS talk to a vault. {@link createRequestHandler} is for the AWS SDK for
 * JavaScript, {@link handleAwsJson} for all others.
 *
 * @module
 */
export type { AwsJsonRequest, AwsJsonResponse, AwsJsonSource } from './aws-json.js'
export { handleAwsJson } from './handle-aws-json.js'
export {
  createRequestHandler,
  type SdkAbortSignal,
  type SdkRequest,
  type SdkRequestHandler,
  type SdkResponse,
} from './request-handler.js'
