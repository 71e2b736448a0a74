/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** Stores snapshots in a bucket of Amazon S3, or of a service with its interface. */
@NullMarked
package io.statefun.autoconfigure.s3;

import org.jspecify.annotations.NullMarked;
