/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.audit;

import java.util.List;

/**
 * What an audit found.
 *
 * @param users how many users there are in the input
 * @param due how many payments are due
 * @param paid how many of them were paid
 * @param givenUp how many of them were declined as often as is allowed
 * @param duplicates how often something was asked for, or paid, a second time
 * @param lost how many payments are due and neither paid nor given up
 * @param unknown how many payments are in the ledger that are not due as they stand there
 * @param redelivered how many requests came again under their own delivery id, which is harmless
 * @param declined how many attempts were declined
 * @param findings the first ones of what is wrong, in words
 */
record Balance(
    int users,
    int due,
    int paid,
    int givenUp,
    int duplicates,
    int lost,
    int unknown,
    int redelivered,
    int declined,
    List<String> findings) {

  boolean holds() {
    return paid + givenUp == due && duplicates == 0 && lost == 0 && unknown == 0;
  }

  /** Whether waiting longer may still change something for the better. */
  boolean isComplete() {
    return lost == 0;
  }

  String summary() {
    return "users="
        + users
        + " due="
        + due
        + " paid="
        + paid
        + " duplicates="
        + duplicates
        + " lost="
        + lost
        + " unknown="
        + unknown;
  }
}
