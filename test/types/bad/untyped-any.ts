// expect: UntypedHandler<"it is of type any">
import { pipeline, type Untyped } from '@sluice/core';

declare function legacy(): Untyped;
pipeline().addLast(() => legacy());
