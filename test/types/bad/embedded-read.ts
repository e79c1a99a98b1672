// expect: Type 'string | null' is not assignable to type 'string'
import { EmbeddedChannel } from '@sluice/core';

export const text: string = new EmbeddedChannel().readInbound<string>();
