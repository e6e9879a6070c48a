/**
 * Error codes of the OCI distribution-spec ("Error Codes") and what ACR adds.
 * A request that fails ends in one of these, in the body `{"errors":[{code,message,detail}]}`.
 */
export type FaultCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'REGISTRY_DISALLOWED_OPERATION'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'TAG_UNKNOWN'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

export class RegistryFault extends Error {
  constructor(
    readonly status: number,
    readonly code: FaultCode,
    message: string,
    readonly more: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'RegistryFault';
  }
}

export function faultBody(fault: RegistryFault): { errors: { code: string; message: string; detail?: unknown }[] } {
  const { detail } = fault.more;
  return {
    errors: [{ code: fault.code, message: fault.message, ...(detail === undefined ? {} : { detail }) }],
  };
}
