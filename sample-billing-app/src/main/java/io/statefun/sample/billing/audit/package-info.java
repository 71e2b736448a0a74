/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * The auditor. Reads the input and the provider's ledger, by its own rules and with its own parser;
 * shares no code with the application or the engine.
 */
@NullMarked
package io.statefun.sample.billing.audit;

import org.jspecify.annotations.NullMarked;
