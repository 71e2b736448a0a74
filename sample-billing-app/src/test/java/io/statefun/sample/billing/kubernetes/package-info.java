/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/** What the manifests for Kubernetes say, and whether the application is as they say. */
@NullMarked
package io.statefun.sample.billing.kubernetes;

import org.jspecify.annotations.NullMarked;
