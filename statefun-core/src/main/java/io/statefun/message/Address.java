/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Where a message goes: a function type and the id of one of its instances.
 *
 * <p>The id is any string whose UTF-8 form has at most {@value #MAX_ID_BYTES} bytes, the empty
 * string included. Immutable and safe for use by any thread.
 */
public final class Address {

  /** The longest id, in bytes of its UTF-8 form: 64 KiB. */
  public static final int MAX_ID_BYTES = 64 * 1024;

  private final TypeName type;
  private final String id;
  private final int hash;

  private Address(TypeName type, String id) {
    this.type = type;
    this.id = id;
    this.hash = mix(31 * type.hashCode() + id.hashCode());
  }

  /**
   * Makes an address.
   *
   * @throws IllegalArgumentException if the id is longer than {@value #MAX_ID_BYTES} bytes
   */
  public static Address of(TypeName type, String id) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
    if (id.length() > MAX_ID_BYTES / 3) {
      checkLength(type, id);
    }
    return new Address(type, id);
  }

  /**
   * Makes an address.
   *
   * @param type the function's type name, {@code namespace/name}
   * @param id the instance's id
   * @throws IllegalArgumentException if the type name or the id is not valid
   */
  public static Address of(String type, String id) {
    return of(TypeName.parse(type), id);
  }

  private static void checkLength(TypeName type, String id) {
    int length = id.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          "The id of an instance of "
              + type
              + " has "
              + length
              + " bytes; at most "
              + MAX_ID_BYTES
              + " are allowed. Use a digest of it as the id.");
    }
  }

  // The finalizer of MurmurHash3 (Austin Appleby, public domain): spreads every bit of the input.
  private static int mix(int h) {
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    h ^= h >>> 16;
    return h;
  }

  /** The function's type. */
  public TypeName type() {
    return type;
  }

  /** The instance's id. */
  public String id() {
    return id;
  }

  /**
   * The partition that owns the address, of {@code partitions} in all. It depends on type and id
   * alone and is the same on every machine, for ever.
   */
  public int partition(int partitions) {
    return partition(hash, partitions);
  }

  /** The same for an address of which only the {@linkplain #hashCode hash code} is known. */
  public static int partition(int hash, int partitions) {
    // The same number either way; a division takes ten times as long.
    return (partitions & (partitions - 1)) == 0
        ? hash & (partitions - 1)
        : (hash & 0x7fffffff) % partitions;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Address that
            && hash == that.hash
            && id.equals(that.id)
            && type.equals(that.type));
  }

  /** As the partition, it is the same on every machine, for ever. */
  @Override
  public int hashCode() {
    return hash;
  }

  /** {@code namespace/name/id}, with a long id cut short. */
  @Override
  public String toString() {
    return type + "/" + (id.length() > 100 ? id.substring(0, 100) + "…" : id);
  }
}
