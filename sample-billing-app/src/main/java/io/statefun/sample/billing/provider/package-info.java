/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
/**
 * The payment provider. It stands for another company: it knows nothing of the application, keeps
 * its own ledger, and trusts nobody to ask only once.
 */
@NullMarked
package io.statefun.sample.billing.provider;

import org.jspecify.annotations.NullMarked;
