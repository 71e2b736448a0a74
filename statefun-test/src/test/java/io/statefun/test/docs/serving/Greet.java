/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.serving;

import io.statefun.message.MessageTypeName;

/** Somebody has come in. */
// tag::message[]
@MessageTypeName("hello/greet")
record Greet(String name) {}

// end::message[]
