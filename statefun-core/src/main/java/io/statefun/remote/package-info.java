/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * Functions that run elsewhere: calls them over HTTP in the request-reply protocol of Apache Flink
 * Stateful Functions, whatever language they are written in.
 */
@NullMarked
package io.statefun.remote;

import org.jspecify.annotations.NullMarked;
