/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.io.DeadLetterHeaders;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The egress by which dead letters leave, with the commit that gives up their messages.
 *
 * @param name its name
 * @param keep whether they stay in the state, too
 */
record DeadLetterEgress(TypeName name, boolean keep) {

  /** Whether what is for an egress is a dead letter, and stays whether that takes it or not. */
  static boolean keeps(@Nullable DeadLetterEgress egress, TypeName name) {
    return egress != null && egress.keep && egress.name.equals(name);
  }

  /** The record that a dead letter leaves as. */
  OutgoingRecord record(int partition, long number, DeadLetter letter) {
    Address target = letter.target();
    return new OutgoingRecord(
        partition,
        number,
        name,
        letter.value(),
        target == null ? null : target.id(),
        headers(letter));
  }

  /**
   * The dead letter that was to leave, of the one that its record has become since the egress does
   * not take it. Its cause says so, too. Any other stays what it is, also one whose headers were
   * set by somebody else, and tell nothing.
   */
  static DeadLetter asItWas(DeadLetter refused) {
    try {
      return refused.headers().containsKey(DeadLetterHeaders.TYPE) ? original(refused) : refused;
    } catch (IllegalArgumentException | DateTimeParseException | IndexOutOfBoundsException e) {
      return refused;
    }
  }

  private static DeadLetter original(DeadLetter refused) {
    Map<String, byte[]> headers = new HashMap<>(refused.headers());
    String target = take(headers, DeadLetterHeaders.TARGET);
    String source = take(headers, DeadLetterHeaders.SOURCE);
    String origin = take(headers, DeadLetterHeaders.ORIGIN);
    String cause = take(headers, DeadLetterHeaders.CAUSE);
    String time = take(headers, DeadLetterHeaders.TIME);
    headers.remove(DeadLetterHeaders.TYPE);
    return new DeadLetter(
        target == null ? null : address(target),
        source == null ? null : address(source),
        refused.value(),
        origin == null ? "" : origin,
        cause + "\n\nIt stays here, as " + refused.origin() + " refuses it: " + refused.cause(),
        time == null ? refused.time() : Instant.parse(time),
        headers);
  }

  private static @Nullable String take(Map<String, byte[]> headers, String header) {
    byte[] content = headers.remove(header);
    return content == null ? null : new String(content, StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> headers(DeadLetter letter) {
    Map<String, byte[]> headers = new HashMap<>(letter.headers());
    set(headers, DeadLetterHeaders.TARGET, text(letter.target()));
    set(headers, DeadLetterHeaders.SOURCE, text(letter.source()));
    set(headers, DeadLetterHeaders.TYPE, letter.value().typeName());
    set(headers, DeadLetterHeaders.ORIGIN, letter.origin().isEmpty() ? null : letter.origin());
    set(headers, DeadLetterHeaders.CAUSE, letter.cause());
    set(headers, DeadLetterHeaders.TIME, letter.time());
    return headers;
  }

  private static @Nullable String text(@Nullable Address address) {
    return address == null ? null : address.type() + "/" + address.id();
  }

  private static Address address(String text) {
    int slash = text.indexOf('/', text.indexOf('/') + 1);
    return Address.of(TypeName.parse(text.substring(0, slash)), text.substring(slash + 1));
  }

  /** Removes what a sender may have set, if there is nothing to say. */
  private static void set(Map<String, byte[]> headers, String header, @Nullable Object content) {
    if (content == null) {
      headers.remove(header);
    } else {
      headers.put(header, content.toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
