/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.trace;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An invocation that has ended, or an attempt at one.
 *
 * @param address the instance, by the name that it is stored under
 * @param messageType the type of the message, or of the first of a batch
 * @param messages how many messages there were: 1, unless the function runs elsewhere
 * @param caller the instance that has sent the first message, or null if it came from outside
 * @param time when it began
 * @param duration how long it took; until its reply was applied, if the function runs elsewhere
 * @param failure the class of what it failed with, or null if it succeeded
 * @param traceId the trace that it is in, or null if it is in none
 * @param sampled whether the trace is kept, as far as is known here
 */
public record RecentInvocation(
    Address address,
    TypeName messageType,
    int messages,
    @Nullable Address caller,
    Instant time,
    Duration duration,
    @Nullable String failure,
    @Nullable String traceId,
    boolean sampled) {}
