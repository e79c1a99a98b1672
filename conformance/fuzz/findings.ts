/** An input that once broke a target. */
export interface SavedFinding {
  readonly target: string;
  readonly what: string;
  /** In hexadecimal. */
  readonly input: string;
}

/** What was found so far, each as small as it could be made: it stays found. */
export const FINDINGS: readonly SavedFinding[] = [
  {
    target: 'json',
    what: 'white space behind a streamed element counted toward the limit only if the comma came in a later read',
    // maxObjectLength 1, streamArrayElements: [3,4 ]
    input: '0000000000010000000000005b332c34205d',
  },
  {
    target: 'json',
    what: 'white space counted where there is no element, if the end of the array came in the same read',
    // maxObjectLength 3, streamArrayElements: [      ]
    input: '0000000002010000000000005b2020202020205d',
  },
];
