/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */

/**
 * What functions know, asked by SQL: each function is a table, each instance a row, and each state
 * a column. Parsed, planned and run by Apache Calcite over the pages of {@link
 * io.statefun.engine.StateQueries}; only {@code StateSql} and what it takes and gives is for
 * applications.
 */
@NullMarked
package io.statefun.autoconfigure.sql;

import org.jspecify.annotations.NullMarked;
