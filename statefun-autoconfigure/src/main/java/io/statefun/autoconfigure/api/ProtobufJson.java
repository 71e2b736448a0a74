/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import com.google.protobuf.Internal;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.statefun.message.SerializationException;
import java.nio.charset.StandardCharsets;

/** Protobuf messages as JSON, if {@code protobuf-java-util} is there. */
final class ProtobufJson {

  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private ProtobufJson() {}

  static Message read(Class<? extends Message> type, byte[] json) {
    Message.Builder builder = Internal.getDefaultInstance(type).newBuilderForType();
    try {
      PARSER.merge(new String(json, StandardCharsets.UTF_8), builder);
    } catch (InvalidProtocolBufferException e) {
      throw new SerializationException(String.valueOf(e.getMessage()), e);
    }
    return builder.build();
  }

  static String write(Message message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new SerializationException(String.valueOf(e.getMessage()), e);
    }
  }
}
