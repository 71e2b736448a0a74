/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import io.statefun.message.proto.Parcel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MessageTypesTest {

  private final MessageTypes types = MessageTypes.standard();

  record Point(int x, int y) {}

  @MessageTypeName("geo/place")
  record Place(String name) {}

  @MessageTypeName("geo/place")
  record OtherPlace(String name) {}

  @MessageTypeName("no slash")
  record BadlyNamed(String name) {}

  record Pair<A, B>(A first, B second) {}

  interface Open {}

  abstract static class Unfinished {}

  class Inner {
    public int value;
  }

  static class WithoutCreator {
    public final int value;

    WithoutCreator(int value, Object secret) {
      this.value = value;
      assertThat(secret).isNotNull();
    }
  }

  interface Shape {}

  record Circle(int radius) implements Shape {}

  static class ShapeType implements MessageType<Shape> {
    @Override
    public TypeName typeName() {
      return TypeName.of("geo", "shape");
    }

    @Override
    public Class<Shape> javaType() {
      return Shape.class;
    }

    @Override
    public byte[] serialize(Shape value) {
      return new byte[] {(byte) ((Circle) value).radius()};
    }

    @Override
    public Shape deserialize(byte[] bytes) {
      return new Circle(bytes[0]);
    }

    @Override
    public boolean immutable() {
      return true;
    }
  }

  @Test
  void typedValueIsWrappedAsItIs() {
    TypedValue typed = TypedValue.ofBytes(TypeName.of("some", "type"), new byte[] {1});

    assertThat(types.wrap(typed)).isSameAs(typed);
  }

  @Test
  void typeOfAClassIsAlwaysTheSameObject() {
    assertThat(types.forClass(Point.class)).isSameAs(types.forClass(Point.class));
    assertThat(types.wrap(new Point(1, 2)).holdsObjectOf(types.forClass(Point.class))).isTrue();
  }

  @Test
  void primitiveClassHasTheTypeOfItsBox() {
    assertThat(types.forClass(int.class)).isSameAs(types.forClass(Integer.class));
  }

  @Test
  void nullIsNoValue() {
    assertThatNullPointerException().isThrownBy(() -> types.wrap(nothing()));
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  void protobufMessageHasTheNameThatTheProtocolsSdksGiveIt() {
    Parcel parcel = Parcel.newBuilder().setId("p1").setWeightGrams(7).addStops("Rome").build();
    TypedValue typed = types.wrap(parcel);

    assertThat(typed.typeName()).hasToString("type.googleapis.com/io.statefun.test.Parcel");
    assertThat(typed.bytes()).isEqualTo(parcel.toByteArray());
    assertThat(types.forClass(Parcel.class).deserialize(typed.bytes())).isEqualTo(parcel);
    assertThat(types.forClass(Parcel.class).immutable()).isTrue();
  }

  @Test
  void brokenProtobufBytesAreASerializationException() {
    MessageType<Parcel> type = types.forClass(Parcel.class);

    org.assertj.core.api.Assertions.assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(() -> type.deserialize(new byte[] {0x0a, 9}))
        .withMessageContaining("type.googleapis.com/io.statefun.test.Parcel");
  }

  @Test
  void subclassOfByteStringHasItsType() {
    ByteString text = ByteString.copyFromUtf8("hi");

    assertThat(text.getClass()).isNotEqualTo(ByteString.class);
    assertThat(types.wrap(text).holdsObjectOf(types.forClass(ByteString.class))).isTrue();
  }

  @Test
  void recordIsNamedAfterItsClass() {
    assertThat(types.forClass(Point.class).typeName())
        .hasToString("io.statefun.json/io.statefun.message.MessageTypesTest$Point");
  }

  @Test
  void annotationNamesARecord() {
    assertThat(types.forClass(Place.class).typeName()).hasToString("geo/place");
  }

  @Test
  void nameOfAnotherClassIsRefused() {
    types.forClass(Place.class);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(OtherPlace.class))
        .withMessageContaining("geo/place")
        .withMessageContaining(Place.class.getName())
        .withMessageContaining("@MessageTypeName");
  }

  static Stream<Arguments> unusable() {
    Object lambda = (Runnable) () -> {};
    Object anonymous = new Object() {};
    return Stream.of(
        Arguments.of(Object.class, "says nothing about the value"),
        Arguments.of(List.class, "Wrap it in a record"),
        Arguments.of(ArrayList.class, "Wrap it in a record"),
        Arguments.of(Map.class, "Wrap it in a record"),
        Arguments.of(Pair.class, "it is generic"),
        Arguments.of(String[].class, "an array has no type name"),
        Arguments.of(Properties.class, "class of the JDK"),
        Arguments.of(Thread.class, "class of the JDK"),
        Arguments.of(Serializable.class, "class of the JDK"),
        Arguments.of(Open.class, "it is an interface"),
        Arguments.of(Unfinished.class, "it is an abstract class"),
        Arguments.of(Inner.class, "Make it static"),
        Arguments.of(WithoutCreator.class, "@JsonCreator"),
        Arguments.of(BadlyNamed.class, "namespace/name"),
        Arguments.of(lambda.getClass(), "no lasting name"),
        Arguments.of(anonymous.getClass(), "no lasting name"),
        Arguments.of(DynamicMessage.class, "not a generated protobuf class"),
        Arguments.of(TypedValue.class, "holds a value of any"),
        Arguments.of(void.class, "cannot be sent or stored"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void unusableClassIsRefusedWithAReason(Class<?> type, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> types.forClass(type))
        .withMessageContaining(type.getTypeName().replaceFirst(".*\\.", ""))
        .withMessageContaining(reason);
  }

  @Test
  void simpleValueOfTheJdkIsAType() {
    UUID id = new UUID(1, 2);
    MessageType<UUID> type = types.forClass(UUID.class);

    assertThat(type.typeName()).hasToString("io.statefun.json/java.util.UUID");
    assertThat(type.deserialize(type.serialize(id))).isEqualTo(id);
  }

  @Test
  void addedTypeIsUsedForItsClassAndTheClassesBelow() {
    MessageTypes custom = MessageTypes.builder().add(new ShapeType()).build();
    TypedValue typed = custom.wrap(new Circle(3));

    assertThat(typed.typeName()).hasToString("geo/shape");
    assertThat(typed.bytes()).containsExactly(3);
    assertThat(custom.forClass(Circle.class).deserialize(new byte[] {4})).isEqualTo(new Circle(4));
  }

  @Test
  void twoAddedTypesForOneClassAreRefused() {
    MessageTypes.Builder builder = MessageTypes.builder().add(new ShapeType());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new ShapeType()))
        .withMessageContaining("two message types")
        .withMessageContaining(Shape.class.getName());
  }

  @Test
  void addedTypeWithTheNameOfABuiltInTypeIsRefused() {
    MessageTypes.Builder builder =
        MessageTypes.builder()
            .add(
                new ShapeType() {
                  @Override
                  public TypeName typeName() {
                    return TypeName.of("io.statefun.types", "string");
                  }
                });

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("io.statefun.types/string");
  }
}
