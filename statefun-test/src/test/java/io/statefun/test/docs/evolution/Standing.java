/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.evolution;

import io.statefun.message.Address;

/** How many points a member has. */
record Standing(Address member, long points) {}
