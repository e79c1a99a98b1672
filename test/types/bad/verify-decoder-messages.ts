// expect: Type 'number' is not assignable to type 'string'
import { verifyDecoder } from '@sluice/testing';

verifyDecoder<string>({ decoder: () => ({}), examples: [{ bytes: Buffer.of(1), messages: [1] }] });
