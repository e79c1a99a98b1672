// expect: Argument of type 'string' is not assignable to parameter of type 'number
import { AttributeKey, EmbeddedChannel } from '@sluice/core';

new EmbeddedChannel().attr(AttributeKey.valueOf<number>('n')).set('one');
