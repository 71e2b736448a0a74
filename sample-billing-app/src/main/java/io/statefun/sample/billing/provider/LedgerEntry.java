/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.provider;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A line of the ledger.
 *
 * @param kind what happened
 * @param paymentId the payment
 * @param attempt the attempt, from 1
 * @param deliveryId under which the request came
 * @param amountCents how much
 * @param atMs when it happened, in milliseconds since 1970
 */
public record LedgerEntry(
    Kind kind, String paymentId, int attempt, String deliveryId, long amountCents, long atMs) {

  private static final int FIELDS = 6;

  /** What happened. */
  public enum Kind {
    /** A request was accepted. */
    REQUEST,
    /** A request came again under its delivery id: nothing was done. */
    REDELIVERED,
    /** Something that was asked for came again under another delivery id: it was refused. */
    DUPLICATE,
    /** A delivery id came again with another request: it was refused. */
    CONFLICT,
    /** The answer to a request: no money was taken. */
    DECLINED,
    /** The answer to a request: the money was taken. */
    PAID;

    /** Whether whoever asked is told. */
    public boolean isAnswer() {
      return this == DUPLICATE || this == DECLINED || this == PAID;
    }
  }

  /** Reads a line. */
  public static LedgerEntry parse(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    if (fields.size() != FIELDS) {
      throw new IllegalArgumentException("Not a line of the ledger: '" + line + "'");
    }
    return new LedgerEntry(
        Kind.valueOf(fields.get(0)),
        decode(fields.get(1)),
        Integer.parseInt(fields.get(2)),
        decode(fields.get(3)),
        Long.parseLong(fields.get(4)),
        Long.parseLong(fields.get(5)));
  }

  /** The line, without its end. */
  String line() {
    return String.join(
        " ",
        kind.name(),
        encode(paymentId),
        Integer.toString(attempt),
        encode(deliveryId),
        Long.toString(amountCents),
        Long.toString(atMs));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
