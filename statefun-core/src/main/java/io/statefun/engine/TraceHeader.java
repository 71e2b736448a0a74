/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.trace.TraceCarrier;
import io.statefun.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a message carries its place in a trace: in a header of its own, which functions do not see,
 * so that it goes wherever headers go, and earlier versions store and pass on what they do not
 * know. A message from outside need not have it: then what counts are the headers that it came
 * with.
 */
final class TraceHeader {

  /** Its value has a line {@code name:value} for each field. */
  static final String NAME = "statefun-trace";

  private TraceHeader() {}

  /** The headers of a message. */
  static Map<String, byte[]> carrying(TraceContext context) {
    return context.isEmpty() ? Map.of() : Map.of(NAME, write(context));
  }

  private static byte[] write(TraceContext context) {
    StringBuilder text = new StringBuilder(128);
    context
        .fields()
        .forEach(
            (name, value) ->
                text.append(text.isEmpty() ? "" : "\n").append(name).append(':').append(value));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What a message with these headers carries. */
  static TraceCarrier carried(Map<String, byte[]> headers) {
    if (headers.isEmpty()) {
      return TraceContext.NONE;
    }
    byte[] own = headers.get(NAME);
    return own == null ? name -> outer(headers, name) : read(own);
  }

  /** What the messages of a batch carry. */
  static List<TraceCarrier> carried(List<Message> messages) {
    List<TraceCarrier> all = new ArrayList<>(messages.size());
    messages.forEach(message -> all.add(carried(message.headers())));
    return all;
  }

  private static TraceContext read(byte[] written) {
    if (written.length > 4 * TraceContext.MAX_LENGTH) {
      return TraceContext.NONE;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : new String(written, StandardCharsets.UTF_8).split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return TraceContext.of(fields);
  }

  private static @Nullable String outer(Map<String, byte[]> headers, String name) {
    byte[] content = headers.get(name);
    if (content == null) {
      for (Map.Entry<String, byte[]> header : headers.entrySet()) {
        if (header.getKey().equalsIgnoreCase(name)) {
          content = header.getValue();
        }
      }
    }
    return content == null || content.length > TraceContext.MAX_LENGTH
        ? null
        : new String(content, StandardCharsets.UTF_8);
  }

  /** The headers that the function sees. */
  static Map<String, byte[]> visible(Map<String, byte[]> headers) {
    if (headers.isEmpty() || !headers.containsKey(NAME)) {
      return headers;
    }
    Map<String, byte[]> others = new HashMap<>(headers);
    others.remove(NAME);
    return others;
  }

  /**
   * The headers of a record that leaves the application: those that it was given, and the place in
   * the trace in the form that others read, unless the function gave it one of its own.
   *
   * @param received the headers of the message: what is only passed on from there is no other place
   */
  static Map<String, byte[]> leaving(
      Map<String, byte[]> given, Map<String, byte[]> received, TraceContext context) {
    if (context.isEmpty()) {
      return given;
    }
    Map<String, byte[]> all = new HashMap<>();
    for (Map.Entry<String, byte[]> header : given.entrySet()) {
      String name = header.getKey();
      if (context.get(name) == null) {
        all.put(name, header.getValue());
      } else if (!Arrays.equals(header.getValue(), received.get(name))) {
        return given;
      }
    }
    context
        .fields()
        .forEach((name, value) -> all.put(name, value.getBytes(StandardCharsets.UTF_8)));
    return all;
  }
}
