/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.statefun.wire.ByteWriter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The types whose bytes every implementation of the protocol agrees on: protobuf messages with one
 * field, number 1, that is left out if it has its default; and plain bytes.
 */
final class BuiltInTypes {

  static final String NAMESPACE = "io.statefun.types";

  private BuiltInTypes() {}

  static List<MessageType<?>> all() {
    return List.of(
        new BooleanType(),
        new IntegerType(),
        new LongType(),
        new FloatType(),
        new DoubleType(),
        new StringType(),
        new ByteArrayType(),
        new ByteStringType());
  }

  private abstract static class BuiltIn<T> implements MessageType<T> {

    private final TypeName typeName;
    private final Class<T> javaType;

    BuiltIn(String name, Class<T> javaType) {
      this.typeName = TypeName.of(NAMESPACE, name);
      this.javaType = javaType;
    }

    @Override
    public final TypeName typeName() {
      return typeName;
    }

    @Override
    public final Class<T> javaType() {
      return javaType;
    }

    @Override
    public boolean immutable() {
      return true;
    }

    @Override
    public boolean total() {
      return true;
    }

    @Override
    public final String toString() {
      return typeName.toString();
    }
  }

  /** A protobuf message with one field. Subclasses read the usual form fast, this class any. */
  private abstract static class Wrapper<T> extends BuiltIn<T> {

    private final int tag;
    private final T defaultValue;

    Wrapper(String name, Class<T> javaType, int wireType, T defaultValue) {
      super(name, javaType);
      this.tag = 1 << 3 | wireType;
      this.defaultValue = defaultValue;
    }

    abstract T readField(CodedInputStream in) throws IOException;

    @Override
    public String describe(byte[] bytes) {
      return deserialize(bytes).toString();
    }

    final boolean isFixed(byte[] bytes, int length) {
      return bytes.length == length && bytes[0] == tag;
    }

    /**
     * Reads as protobuf does: unknown fields are skipped, and the last of several values counts.
     */
    final T readAnyForm(byte[] bytes) {
      try {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        T value = defaultValue;
        for (int next = in.readTag(); next != 0; next = in.readTag()) {
          if (next == tag) {
            value = readField(in);
          } else if (WireFormat.getTagFieldNumber(next) == 1 || !in.skipField(next)) {
            throw notAValue(bytes, null);
          }
        }
        return value;
      } catch (IOException e) {
        throw notAValue(bytes, e);
      }
    }

    private SerializationException notAValue(byte[] bytes, @Nullable Throwable cause) {
      return new SerializationException(
          bytes.length + " bytes are not a value of type " + typeName(), cause);
    }
  }

  private static final class BooleanType extends Wrapper<Boolean> {

    BooleanType() {
      super("bool", Boolean.class, WireFormat.WIRETYPE_VARINT, false);
    }

    @Override
    public byte[] serialize(Boolean value) {
      return value ? new byte[] {0x08, 1} : new byte[0];
    }

    @Override
    public Boolean deserialize(byte[] bytes) {
      return isFixed(bytes, 2) && bytes[1] == 1 || bytes.length != 0 && readAnyForm(bytes);
    }

    @Override
    Boolean readField(CodedInputStream in) throws IOException {
      return in.readBool();
    }
  }

  private static final class IntegerType extends Wrapper<Integer> {

    IntegerType() {
      super("int", Integer.class, WireFormat.WIRETYPE_FIXED32, 0);
    }

    @Override
    public byte[] serialize(Integer value) {
      return value == 0 ? new byte[0] : fixed32(value);
    }

    @Override
    public Integer deserialize(byte[] bytes) {
      return isFixed(bytes, 5) ? fixed32(bytes) : readAnyForm(bytes);
    }

    @Override
    Integer readField(CodedInputStream in) throws IOException {
      return in.readSFixed32();
    }
  }

  private static final class LongType extends Wrapper<Long> {

    LongType() {
      super("long", Long.class, WireFormat.WIRETYPE_FIXED64, 0L);
    }

    @Override
    public byte[] serialize(Long value) {
      return value == 0 ? new byte[0] : fixed64(value);
    }

    @Override
    public void serializeTo(ByteWriter out, Long value) {
      if (value == 0) {
        out.writeByte(0);
      } else {
        out.writeByte(9).writeByte(0x09).writeFixedLong(Long.reverseBytes(value));
      }
    }

    @Override
    public Long deserialize(byte[] bytes) {
      return isFixed(bytes, 9) ? fixed64(bytes) : readAnyForm(bytes);
    }

    @Override
    Long readField(CodedInputStream in) throws IOException {
      return in.readSFixed64();
    }
  }

  private static final class FloatType extends Wrapper<Float> {

    FloatType() {
      super("float", Float.class, WireFormat.WIRETYPE_FIXED32, 0f);
    }

    @Override
    public byte[] serialize(Float value) {
      int bits = Float.floatToRawIntBits(value);
      return bits == 0 ? new byte[0] : fixed32(bits);
    }

    @Override
    public Float deserialize(byte[] bytes) {
      return isFixed(bytes, 5) ? Float.intBitsToFloat(fixed32(bytes)) : readAnyForm(bytes);
    }

    @Override
    Float readField(CodedInputStream in) throws IOException {
      return in.readFloat();
    }
  }

  private static final class DoubleType extends Wrapper<Double> {

    DoubleType() {
      super("double", Double.class, WireFormat.WIRETYPE_FIXED64, 0d);
    }

    @Override
    public byte[] serialize(Double value) {
      long bits = Double.doubleToRawLongBits(value);
      return bits == 0 ? new byte[0] : fixed64(bits);
    }

    @Override
    public Double deserialize(byte[] bytes) {
      return isFixed(bytes, 9) ? Double.longBitsToDouble(fixed64(bytes)) : readAnyForm(bytes);
    }

    @Override
    Double readField(CodedInputStream in) throws IOException {
      return in.readDouble();
    }
  }

  private static final class StringType extends Wrapper<String> {

    private static final int SHORT = 0x7f;
    private static final char REPLACEMENT = '\uFFFD';

    StringType() {
      super("string", String.class, WireFormat.WIRETYPE_LENGTH_DELIMITED, "");
    }

    @Override
    public byte[] serialize(String value) {
      if (value.isEmpty()) {
        return new byte[0];
      }
      byte[] text = value.getBytes(UTF_8);
      int prefix = 1;
      for (int rest = text.length; rest != 0; rest >>>= 7) {
        prefix++;
      }
      byte[] result = new byte[prefix + text.length];
      result[0] = 0x0a;
      int at = 1;
      int rest = text.length;
      for (; rest > SHORT; rest >>>= 7) {
        result[at++] = (byte) (rest | 0x80);
      }
      result[at] = (byte) rest;
      System.arraycopy(text, 0, result, prefix, text.length);
      return result;
    }

    @Override
    public String deserialize(byte[] bytes) {
      if (bytes.length >= 2 && bytes[0] == 0x0a && bytes[1] == bytes.length - 2) {
        String text = new String(bytes, 2, bytes.length - 2, UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
          return text;
        }
      }
      return readAnyForm(bytes);
    }

    /** In quotes, so that blanks and the empty text are seen. */
    @Override
    public String describe(byte[] bytes) {
      return '"' + deserialize(bytes) + '"';
    }

    @Override
    String readField(CodedInputStream in) throws IOException {
      return in.readStringRequireUtf8();
    }
  }

  private static final class ByteArrayType extends BuiltIn<byte[]> {

    ByteArrayType() {
      super("bytes", byte[].class);
    }

    @Override
    public byte[] serialize(byte[] value) {
      return value.clone();
    }

    @Override
    public byte[] deserialize(byte[] bytes) {
      return bytes.clone();
    }

    @Override
    public boolean immutable() {
      return false;
    }
  }

  private static final class ByteStringType extends BuiltIn<ByteString> {

    ByteStringType() {
      super("bytes", ByteString.class);
    }

    @Override
    public byte[] serialize(ByteString value) {
      return value.toByteArray();
    }

    @Override
    public void serializeTo(ByteWriter out, ByteString value) {
      int length = value.size();
      int at = out.writeVarInt(length).extend(length);
      value.copyTo(out.array(), at);
    }

    @Override
    public ByteString deserialize(byte[] bytes) {
      return UnsafeByteOperations.unsafeWrap(bytes);
    }
  }

  private static byte[] fixed32(int bits) {
    return new byte[] {
      0x0d, (byte) bits, (byte) (bits >>> 8), (byte) (bits >>> 16), (byte) (bits >>> 24)
    };
  }

  private static int fixed32(byte[] bytes) {
    return bytes[1] & 0xff | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff) << 16 | bytes[4] << 24;
  }

  private static byte[] fixed64(long bits) {
    byte[] result = new byte[9];
    result[0] = 0x09;
    for (int i = 0; i < 8; i++) {
      result[i + 1] = (byte) (bits >>> 8 * i);
    }
    return result;
  }

  private static long fixed64(byte[] bytes) {
    long bits = 0;
    for (int i = 8; i > 0; i--) {
      bits = bits << 8 | bytes[i] & 0xff;
    }
    return bits;
  }
}
