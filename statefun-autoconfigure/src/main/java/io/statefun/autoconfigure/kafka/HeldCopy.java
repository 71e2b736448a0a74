/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.kafka;

/**
 * What a member has of the state of a partition.
 *
 * @param epoch the newest epoch that it has completely; 0 if none
 * @param current whether it could take the partition over at once
 * @param warmUp whether it was told that the partition comes to it then
 */
record HeldCopy(long epoch, boolean current, boolean warmUp) {}
