/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.google.protobuf.Timestamp;
import io.statefun.autoconfigure.sql.FieldType.ListOf;
import io.statefun.autoconfigure.sql.FieldType.MapOf;
import io.statefun.autoconfigure.sql.FieldType.Scalar;
import io.statefun.autoconfigure.sql.FieldType.Struct;
import io.statefun.engine.Retention;
import io.statefun.engine.StateSpec;
import io.statefun.message.MessageTypes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StateTypesTest {

  private final MessageTypes messages = MessageTypes.standard();
  private final StateTypes types = new StateTypes(Shop.JSON);

  enum Colour {
    RED
  }

  record Scalars(
      int whole,
      Long large,
      double rounded,
      float small,
      BigDecimal exact,
      BigInteger huge,
      boolean truth,
      String text,
      UUID id,
      Colour colour,
      Instant time,
      LocalDate day) {}

  record Parts(List<Point> points, Map<String, Point> byName, Optional<Point> perhaps) {}

  record Point(int x) {}

  record Annotated(@JsonProperty("called") String name, @JsonIgnore String secret, Price price) {}

  record Price(@JsonValue long cents) {}

  sealed interface Shape {}

  record Circle(int radius) implements Shape {}

  record Drawing(Shape shape, Object anything) {}

  record Tree(String name, List<Tree> children) {}

  private FieldType of(Class<?> type) {
    return types.of(
        new StateSpec(
            "state", StateSpec.Kind.VALUE, messages.forClass(type), null, Retention.FOREVER));
  }

  @Test
  void scalarsAreThoseOfSql() {
    Struct fields = (Struct) of(Scalars.class);

    assertThat(fields.fields())
        .containsEntry("whole", Scalar.INTEGER)
        .containsEntry("large", Scalar.INTEGER)
        .containsEntry("rounded", Scalar.DOUBLE)
        .containsEntry("small", Scalar.DOUBLE)
        .containsEntry("exact", Scalar.DECIMAL)
        .containsEntry("huge", Scalar.DECIMAL)
        .containsEntry("truth", Scalar.TRUTH)
        .containsEntry("text", Scalar.TEXT)
        .containsEntry("id", Scalar.TEXT)
        .containsEntry("colour", Scalar.TEXT)
        .containsEntry("time", Scalar.TIMESTAMP)
        .containsEntry("day", Scalar.DATE);
  }

  @Test
  void builtInTypesAreScalars() {
    assertThat(of(Long.class)).isEqualTo(Scalar.INTEGER);
    assertThat(of(String.class)).isEqualTo(Scalar.TEXT);
    assertThat(of(Boolean.class)).isEqualTo(Scalar.TRUTH);
    assertThat(of(byte[].class)).isEqualTo(Scalar.TEXT);
  }

  @Test
  void classesInClassesHaveFieldsToo() {
    Struct point = new Struct(Map.of("x", Scalar.INTEGER));

    assertThat(((Struct) of(Parts.class)).fields())
        .containsEntry("points", new ListOf(point))
        .containsEntry("byName", new MapOf(point))
        .containsEntry("perhaps", point);
  }

  @Test
  void fieldsAreAsJacksonWritesThem() {
    assertThat(((Struct) of(Annotated.class)).fields())
        .containsOnlyKeys("called", "price")
        .containsEntry("price", Scalar.INTEGER);
  }

  @Test
  void whatMayBeOfSeveralClassesIsJson() {
    assertThat(((Struct) of(Drawing.class)).fields())
        .containsEntry("shape", Scalar.JSON)
        .containsEntry("anything", Scalar.JSON);
    assertThat(of(Shape.class)).isEqualTo(Scalar.JSON);
  }

  @Test
  void whatIsInItselfIsJsonThere() {
    assertThat(((Struct) of(Tree.class)).fields())
        .containsEntry("name", Scalar.TEXT)
        .containsEntry("children", new ListOf(Scalar.JSON));
  }

  @Test
  void protobufMessagesHaveTheirFields() {
    assertThat(((Struct) of(Timestamp.class)).fields())
        .containsExactly(Map.entry("seconds", Scalar.INTEGER), Map.entry("nanos", Scalar.INTEGER));
  }

  @Test
  void protobufMessagesInThemselvesAreJson() {
    assertThat(of(com.google.protobuf.Value.class)).isInstanceOf(Struct.class);
  }

  @Test
  void listsAndMapsOfAFunctionAreSuch() {
    StateSpec map =
        new StateSpec(
            "state",
            StateSpec.Kind.MAP,
            messages.forClass(Long.class),
            messages.forClass(String.class),
            Retention.FOREVER);

    assertThat(types.of(map)).isEqualTo(new MapOf(Scalar.INTEGER));
  }
}
