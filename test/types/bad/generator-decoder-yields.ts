// expect: Type 'string' is not assignable to type 'number'
import { GeneratorDecoder } from '@sluice/codec';
import type { ByteBuf } from '@sluice/core';

export class Wrong extends GeneratorDecoder {
  protected override *message(): Generator<number, Buffer, ByteBuf> {
    const input = yield 'four';
    return input.readBuffer(4);
  }
}
