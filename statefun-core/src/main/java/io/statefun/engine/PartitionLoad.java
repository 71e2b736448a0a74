/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

/**
 * A partition that a process has.
 *
 * @param number its number
 * @param worker the number of the worker that handles its messages
 * @param waitingMessages how many messages waited in its mailbox when the worker last said so
 * @param deadLetters how many dead letters it has, those among them whose commit is under way; at
 *     least, if there are many thousands
 */
public record PartitionLoad(int number, int worker, int waitingMessages, int deadLetters) {}
