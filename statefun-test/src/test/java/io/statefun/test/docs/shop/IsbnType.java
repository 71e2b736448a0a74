/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.test.docs.shop;

import io.statefun.message.MessageType;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import java.nio.ByteBuffer;

// tag::own-type[]
final class IsbnType implements MessageType<Isbn> {

  @Override
  public TypeName typeName() {
    return TypeName.of("shop", "isbn");
  }

  @Override
  public Class<Isbn> javaType() {
    return Isbn.class;
  }

  @Override
  public byte[] serialize(Isbn isbn) {
    return ByteBuffer.allocate(8).putLong(isbn.number()).array();
  }

  @Override
  public Isbn deserialize(byte[] bytes) {
    if (bytes.length != 8) {
      throw new SerializationException(bytes.length + " bytes are no ISBN", null);
    }
    return new Isbn(ByteBuffer.wrap(bytes).getLong());
  }

  @Override
  public boolean immutable() {
    return true;
  }
}
// end::own-type[]
