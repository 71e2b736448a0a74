/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;
import org.jspecify.annotations.Nullable;

/**
 * Where the reply to a call with a key comes: to what the partition of the called instance keeps of
 * the call. Whoever does not know the nonce of a call cannot reply to it.
 *
 * @param target the instance that was called
 * @param key the call's key
 * @param nonce tells the call from earlier and later ones with its key
 */
record CallAddress(Address target, String key, String nonce) {

  private static final TypeName TYPE = TypeName.of("io.statefun", "call");

  /**
   * Whether an address is that of a call. One that only looks like it, which anybody outside may
   * have made up, is of no function that there is.
   */
  static boolean isCall(Address address) {
    return hasType(address) && parse(address.id()) != null;
  }

  /** Whether an address is of a call, or made up to look like it. */
  static boolean hasType(Address address) {
    return address.type() == TYPE || address.type().equals(TYPE);
  }

  Address address() {
    String type = target.type().toString();
    return Address.of(
        TYPE, nonce + '/' + key.length() + '/' + type.length() + '/' + key + type + target.id());
  }

  /**
   * What an address stands for.
   *
   * @throws IllegalArgumentException if it is of no call
   */
  static CallAddress of(Address address) {
    CallAddress call = parse(address.id());
    if (call == null) {
      throw new IllegalArgumentException("'" + address.id() + "' is no call to reply to");
    }
    return call;
  }

  private static @Nullable CallAddress parse(String id) {
    try {
      int first = id.indexOf('/');
      int second = id.indexOf('/', first + 1);
      int third = id.indexOf('/', second + 1);
      int keyAt = third + 1;
      int typeAt = keyAt + Integer.parseInt(id, first + 1, second, 10);
      int idAt = typeAt + Integer.parseInt(id, second + 1, third, 10);
      return new CallAddress(
          Address.of(MessageCodec.name(id.substring(typeAt, idAt)), id.substring(idAt)),
          id.substring(keyAt, typeAt),
          id.substring(0, first));
    } catch (IndexOutOfBoundsException | IllegalArgumentException madeUp) {
      return null;
    }
  }

  /** The partition to which a message for an address goes, be it that of a call or an instance. */
  static int partition(Address address, int partitions) {
    return isCall(address)
        ? of(address).target().partition(partitions)
        : address.partition(partitions);
  }
}
