/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import io.statefun.message.MessageTypes;
import io.statefun.trace.Tracing;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What all requests share.
 *
 * @param types the message types of the application
 * @param egressArguments what makes arguments of egress records
 * @param clock tells handlers the time
 * @param asyncTimeout how long a request waits for operations, all together
 * @param tracing follows events; null if nobody does
 */
record Surroundings(
    MessageTypes types,
    EgressArguments egressArguments,
    InstantSource clock,
    Duration asyncTimeout,
    @Nullable Tracing tracing) {}
