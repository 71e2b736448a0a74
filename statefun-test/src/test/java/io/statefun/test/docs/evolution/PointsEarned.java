/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.evolution;

import io.statefun.message.MessageTypeName;

// tag::moved[]
@MessageTypeName("io.statefun.json/com.example.shop.BonusEarned")
record PointsEarned(long points) {}
// end::moved[]
