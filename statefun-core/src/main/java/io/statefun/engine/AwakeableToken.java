/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What somebody outside has of an awakeable. It does not tell whose it is: of the owner it has the
 * hash alone, by which it comes to the owner's partition however many there are.
 *
 * @param hash of the owner's address
 * @param id under which the awakeable is stored; no secret
 * @param secret what cannot be guessed. Only its digest is stored
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
record AwakeableToken(int hash, byte[] id, byte[] secret) {

  private static final int FORMAT = 1;
  private static final int ID_BYTES = 12;
  private static final int SECRET_BYTES = 16;

  /** Base64 needs four characters for three bytes. */
  private static final int LENGTH = (1 + Integer.BYTES + ID_BYTES + SECRET_BYTES) / 3 * 4;

  private static final HexFormat HEX = HexFormat.of();

  /** A new one. */
  static AwakeableToken draw(Address owner, RandomGenerator random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new AwakeableToken(owner.hashCode(), id, secret);
  }

  String text() {
    byte[] bytes =
        new ByteWriter(LENGTH)
            .writeByte(FORMAT)
            .writeFixedInt(hash)
            .writeRaw(id)
            .writeRaw(secret)
            .toByteArray();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Reads what {@link #text} wrote; null if it is anything else. */
  static @Nullable AwakeableToken parse(String text) {
    if (text.length() != LENGTH) {
      return null;
    }
    try {
      ByteReader in = new ByteReader(Base64.getUrlDecoder().decode(text));
      return in.readByte() == FORMAT
          ? new AwakeableToken(in.readFixedInt(), in.readRaw(ID_BYTES), in.readRaw(SECRET_BYTES))
          : null;
    } catch (IllegalArgumentException madeUp) {
      return null;
    }
  }

  /** An address, of no instance, in the partition of the owner. */
  Address place(int partitions) {
    return Control.partition(Address.partition(hash, partitions), partitions);
  }

  String idText() {
    return HEX.formatHex(id);
  }

  /** Reads what {@link #idText} wrote; null if it is anything else. */
  static byte @Nullable [] id(String text) {
    try {
      return text.length() == 2 * ID_BYTES ? HEX.parseHex(text) : null;
    } catch (IllegalArgumentException madeUp) {
      return null;
    }
  }

  byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "AwakeableToken[" + idText() + "]";
  }
}
