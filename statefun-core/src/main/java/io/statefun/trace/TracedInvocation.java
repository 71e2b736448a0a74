/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.trace;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to have a function handle a message, or, if it runs elsewhere, a batch of them.
 *
 * @param function the function, by the name that it has now
 * @param target the instance, by the name that it is stored under
 * @param caller the instance that has sent the first message, or null if it came from outside
 * @param messageType the type of the first message
 * @param messages what each message carries, at least one
 * @param elsewhere whether the function is called over the network
 */
public record TracedInvocation(
    TypeName function,
    Address target,
    @Nullable Address caller,
    TypeName messageType,
    List<? extends TraceCarrier> messages,
    boolean elsewhere) {}
