/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.Address;
import io.statefun.message.TypeName;

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

  static boolean isCall(Address address) {
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
    String id = address.id();
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
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + id + "' is no call to reply to", e);
    }
  }

  /** The partition to which a message for an address goes, be it that of a call or an instance. */
  static int partition(Address address, int partitions) {
    return isCall(address)
        ? of(address).target().partition(partitions)
        : address.partition(partitions);
  }
}
