/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypedValue;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.NewerFormatException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a partition keeps of a call with a key, so that the call has one effect and one answer,
 * however often it is made.
 *
 * @param nonce tells it from other calls with the key
 * @param digest of the message
 * @param answer the function's reply or why there is none, or null as long as it has not come
 * @param waiting the requests to which the answer goes
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
record KeyedCall(String nonce, byte[] digest, @Nullable TypedValue answer, List<String> waiting) {

  private static final int FORMAT = 1;

  /** The first ones of more have given up long ago. */
  private static final int MAX_WAITING = 100;

  static byte[] digest(TypedValue message) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(message.typeName().toString().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(message.bytes());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  boolean isOf(byte[] otherDigest) {
    return MessageDigest.isEqual(digest, otherDigest);
  }

  KeyedCall withWaiting(String request) {
    List<String> more = new ArrayList<>(waiting);
    more.add(request);
    if (more.size() > MAX_WAITING) {
      more.remove(0);
    }
    return new KeyedCall(nonce, digest, answer, more);
  }

  KeyedCall answered(TypedValue value) {
    return new KeyedCall(nonce, digest, value, List.of());
  }

  byte[] write() {
    ByteWriter out = new ByteWriter(128);
    out.writeByte(FORMAT).writeString(nonce).writeBytes(digest).writeVarInt(waiting.size());
    waiting.forEach(out::writeString);
    TypedValue value = answer;
    out.writeBoolean(value != null);
    if (value != null) {
      MessageCodec.writeValue(out, value);
    }
    return out.toByteArray();
  }

  static KeyedCall read(byte[] stored) {
    ByteReader in = new ByteReader(stored);
    NewerFormatException.check("A call with a key", in.readByte(), FORMAT);
    String nonce = in.readString();
    byte[] digest = in.readBytes();
    List<String> waiting = new ArrayList<>();
    for (int count = in.readVarInt(); count > 0; count--) {
      waiting.add(in.readString());
    }
    return new KeyedCall(
        nonce, digest, in.readBoolean() ? MessageCodec.readValue(in) : null, waiting);
  }
}
