/**
 * Whether bytes are of a protocol, for handlers that look at the first of them: it may take more to tell.
 * Netty: ProtocolDetectionResult with ProtocolDetectionState.
 */
export type ProtocolDetectionResult<P> =
  | { readonly state: 'NEEDS_MORE_DATA' | 'INVALID'; readonly protocol: null }
  | { readonly state: 'DETECTED'; readonly protocol: P };

const NEEDS_MORE_DATA = Object.freeze({ state: 'NEEDS_MORE_DATA', protocol: null } as const);
const INVALID = Object.freeze({ state: 'INVALID', protocol: null } as const);

/** Makes results. */
export const ProtocolDetectionResult: {
  /** The bytes so far do not tell. */
  needsMoreData<P>(): ProtocolDetectionResult<P>;
  /** The bytes are not of this protocol. */
  invalid<P>(): ProtocolDetectionResult<P>;
  /** The bytes are of `protocol`. */
  detected<P>(protocol: P): ProtocolDetectionResult<P>;
} = {
  needsMoreData: () => NEEDS_MORE_DATA,
  invalid: () => INVALID,
  detected: (protocol) => ({ state: 'DETECTED', protocol }),
};
