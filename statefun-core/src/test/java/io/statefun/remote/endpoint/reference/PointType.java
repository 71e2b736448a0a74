/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote.endpoint.reference;

import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import java.nio.ByteBuffer;

/** Points as eight bytes. */
final class PointType implements MessageType<Point> {

  @Override
  public TypeName typeName() {
    return TypeName.of("ref", "point");
  }

  @Override
  public Class<Point> javaType() {
    return Point.class;
  }

  @Override
  public byte[] serialize(Point point) {
    return bytes(point);
  }

  static byte[] bytes(Point point) {
    return ByteBuffer.allocate(8).putInt(point.x()).putInt(point.y()).array();
  }

  @Override
  public Point deserialize(byte[] bytes) {
    return point(bytes);
  }

  static Point point(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Point(in.getInt(), in.getInt());
  }

  @Override
  public boolean immutable() {
    return true;
  }
}
