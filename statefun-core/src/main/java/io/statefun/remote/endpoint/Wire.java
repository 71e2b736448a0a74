/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint;

import com.google.protobuf.UnsafeByteOperations;
import io.statefun.message.Address;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import org.jspecify.annotations.Nullable;

/** Addresses and values as the protocol has them. */
final class Wire {

  private Wire() {}

  static io.statefun.remote.protocol.Address address(Address address) {
    return io.statefun.remote.protocol.Address.newBuilder()
        .setNamespace(address.type().namespace())
        .setType(address.type().name())
        .setId(address.id())
        .build();
  }

  static io.statefun.remote.protocol.TypedValue value(TypedValue value) {
    return io.statefun.remote.protocol.TypedValue.newBuilder()
        .setTypename(value.typeName().toString())
        .setHasValue(true)
        .setValue(UnsafeByteOperations.unsafeWrap(value.bytes()))
        .build();
  }

  /**
   * Reads an address.
   *
   * @throws RequestFailedException if it has no valid type name, or too long an id
   */
  static Address address(io.statefun.remote.protocol.Address address)
      throws RequestFailedException {
    try {
      return Address.of(TypeName.of(address.getNamespace(), address.getType()), address.getId());
    } catch (IllegalArgumentException e) {
      throw RequestFailedException.unreadable(
          "an address in it is not valid: " + e.getMessage(), e);
    }
  }

  /**
   * Reads who sent a message.
   *
   * @return null if no function did: some runtimes then send an empty address
   * @throws RequestFailedException if the address is not valid
   */
  static @Nullable Address caller(io.statefun.remote.protocol.Address caller)
      throws RequestFailedException {
    boolean none =
        caller.getNamespace().isEmpty() && caller.getType().isEmpty() && caller.getId().isEmpty();
    return none ? null : address(caller);
  }

  /**
   * Reads a message. One without a value is read as one of no bytes, since that is what other
   * functions make of it.
   *
   * @throws RequestFailedException if it has no valid type name
   */
  static TypedValue message(io.statefun.remote.protocol.TypedValue value)
      throws RequestFailedException {
    try {
      return TypedValue.ofBytes(
          TypeName.parse(value.getTypename()), value.getValue().toByteArray());
    } catch (IllegalArgumentException e) {
      throw RequestFailedException.unreadable("a message has no valid type: " + e.getMessage(), e);
    }
  }
}
