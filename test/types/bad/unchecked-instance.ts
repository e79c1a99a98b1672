// expect: Type 'boolean' is not assignable to type 'true'
import { pipeline } from '@sluice/core';
import * as s from '../support/sample.js';

pipeline().addUnchecked<string, string>(new s.Ported());
