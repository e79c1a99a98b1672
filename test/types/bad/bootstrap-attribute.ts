// expect: Argument of type 'string' is not assignable to parameter of type 'number
import { AttributeKey, Bootstrap } from '@sluice/core';

new Bootstrap().attr(AttributeKey.valueOf<number>('n'), 'one');
